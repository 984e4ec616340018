import { readFileSync, rmSync } from 'node:fs';
import { writeFileAtomic } from '@stratlab/data/atomic-file.ts';
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
  writeFileAtomic(path, JSON.stringify({ ...checkpoint, numbers: coded }));
}

/** The kept training; undefined where there is none, or none that can be read: then it starts anew. */
export function readCheckpoint(path: string): Checkpoint | undefined {
  try {
    const { numbers, ...checkpoint } = schema.parse(JSON.parse(readFileSync(path, 'utf8')));
    const columns = Object.entries(numbers).map(([name, coded]) => [name, float64(coded[numbersKey])] as const);
    return { ...checkpoint, numbers: Object.fromEntries(columns) };
  } catch {
    return undefined;
  }
}

export function forgetCheckpoints(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

function float64(base64: string): Float64Array {
  const bytes = Buffer.from(base64, 'base64');
  return new Float64Array(Uint8Array.from(bytes).buffer);
}
