import { readFileSync, rmSync } from 'node:fs';
import { parseHashedJson, writeHashedJson } from '@stratlab/data/hashed-json.ts';
import { z } from 'zod';
import { type Checkpoint, engineIds } from './engine.ts';

const numbersKey = '$numbers';
const schema = z.strictObject({
  engine: z.enum(engineIds),
  epoch: z.int().min(0),
  history: z.array(z.strictObject({ epoch: z.int(), trainLoss: z.number(), validationLoss: z.number().nullable() })),
  numbers: z.record(z.string(), z.strictObject({ [numbersKey]: z.base64() })),
});

/** Keeps a training under way, in one file that is whole or the one before. */
export function writeCheckpoint(path: string, { numbers, ...checkpoint }: Checkpoint): void {
  const coded = Object.fromEntries(
    Object.entries(numbers).map(([name, values]) => [
      name,
      { [numbersKey]: Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64') },
    ]),
  );
  writeHashedJson(path, { ...checkpoint, numbers: coded });
}

/** The kept training; undefined where there is none, or none that is what was written: then it starts anew. */
export function readCheckpoint(path: string): Checkpoint | undefined {
  try {
    const kept = parseHashedJson(readFileSync(path, 'utf8'), schema);
    if (kept === null) return undefined;
    const { numbers, ...checkpoint } = kept;
    const columns = Object.entries(numbers).map(([name, coded]) => [name, float64(coded[numbersKey])] as const);
    return { ...checkpoint, numbers: Object.fromEntries(columns) };
  } catch {
    return undefined;
  }
}

/** What cannot be removed now is removed by a later cleaning: the training it belongs to is done. */
export function forgetCheckpoints(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {}
}

function float64(base64: string): Float64Array {
  const bytes = Buffer.from(base64, 'base64');
  return new Float64Array(Uint8Array.from(bytes).buffer);
}
