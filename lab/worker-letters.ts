import { LabError } from '@stratlab/data/error.ts';
import { answerCall, bookCallSchema } from '@stratlab/jobs/remote-books.ts';
import { fromWire, toWire } from '@stratlab/jobs/wire.ts';
import { z } from 'zod';
import type { Lab } from './lab.ts';

const name = z.string().min(1).max(64);

/** What a worker on another host says to its lab, one at a time; `toWire` writes it. */
export const letterSchema = z.discriminatedUnion('type', [
  /** At its start and now and then: it is there. */
  z.strictObject({
    type: z.literal('hello'),
    worker: z.strictObject({
      id: name,
      host: z.string().max(255),
      pid: z.int(),
      slots: z.record(z.string().max(64), z.int().min(0)),
      startedAt: z.int(),
    }),
  }),
  z.strictObject({ type: z.literal('books'), worker: name, asked: bookCallSchema }),
  z.strictObject({ type: z.literal('bye'), worker: name }),
]);
export type Letter = z.infer<typeof letterSchema>;

/** What a `hello` is answered with. */
export const welcomeSchema = z.strictObject({ leaseMs: z.number() });

/** Answers a letter, both as they travel. Throws `invalid_input` for what is none. */
export async function answerLetter(lab: Lab, text: string): Promise<string> {
  return toWire(await answer(lab, read(text)));
}

function read(text: string): Letter {
  try {
    return letterSchema.parse(fromWire(text));
  } catch (cause) {
    const hint = 'Worker and lab must be of the same version.';
    throw new LabError('invalid_input', 'The lab does not understand this worker.', { hint, cause });
  }
}

async function answer({ jobs, queue, configuration }: Lab, letter: Letter): Promise<unknown> {
  if (letter.type === 'books') return answerCall(queue.booksFor(letter.worker), letter.asked);
  if (letter.type === 'bye') return jobs.retire(letter.worker);
  jobs.announce(letter.worker);
  const { leaseMs } = configuration;
  return { leaseMs } satisfies z.infer<typeof welcomeSchema>;
}
