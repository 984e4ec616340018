import { newestIds, type Subject } from '@stratlab/knowledge/newest-ids.ts';
import { strategyNames } from '@stratlab/knowledge/strategies.ts';
import type { Lab } from './lab.ts';

type Books = Pick<Lab, 'database'>;

/** A client shows a hundred; one more tells it that there are others. */
const most = 101;

/** What begins with a text that someone is typing: ids of one kind, newest first. */
export function suggestIds(subject: Subject): (lab: Books, prefix: string) => string[] {
  return ({ database }, prefix) => newestIds(database, subject, prefix, most);
}

export function suggestStrategies({ database }: Books, prefix: string): string[] {
  return strategyNames(database).filter((name) => name.startsWith(prefix));
}
