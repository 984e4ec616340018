import { randomInt } from 'node:crypto';

const alphabet = '23456789abcdefghjkmnpqrstuvwxyz';

/** A short readable id with ten random characters (49 bits): `model_7k2mq9xw4d`. */
export function newId(kind: 'task' | 'model' | 'backtest' | 'experiment' | 'insight'): string {
  return `${kind}_${Array.from({ length: 10 }, () => alphabet[randomInt(alphabet.length)]).join('')}`;
}
