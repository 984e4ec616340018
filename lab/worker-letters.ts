import { LabError } from '@stratlab/data/error.ts';
import { jobErrorOf } from '@stratlab/jobs/job-error.ts';
import { jobErrorSchema, jobSchema } from '@stratlab/jobs/messages.ts';
import { answerCall, type BookCall, bookCallSchema } from '@stratlab/jobs/remote-books.ts';
import { Unreachable } from '@stratlab/jobs/unreachable.ts';
import { fromWire, toWire } from '@stratlab/jobs/wire.ts';
import { z } from 'zod';
import { shownError } from './fault.ts';
import type { Lab } from './lab.ts';
import { lend, takeBack } from './lend.ts';
import { hashSchema, namedFileSchema } from './named-file.ts';
import type { Objects } from './objects.ts';

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
  /** Which files a job reads, and that those with these hashes are to be put up. */
  z.strictObject({ type: z.literal('lend'), job: jobSchema, missing: z.array(hashSchema) }),
  z.strictObject({ type: z.literal('bye'), worker: name }),
]);
export type Letter = z.infer<typeof letterSchema>;

/** What a `hello` is answered with; `lends` where the lab exchanges files through a bucket. */
export const welcomeSchema = z.strictObject({ leaseMs: z.number(), lends: z.boolean() });
type Welcome = z.infer<typeof welcomeSchema>;

/** What a `lend` is answered with. */
export const lentSchema = z.union([
  z.strictObject({ files: z.array(namedFileSchema) }),
  z.strictObject({ error: jobErrorSchema }),
]);
type Lent = z.infer<typeof lentSchema>;

/** Answers a letter, both as they travel. Throws `invalid_input` for what is none, `unavailable` where it can be sent again later. */
export async function answerLetter(lab: Lab, objects: Objects | null, text: string): Promise<string> {
  return toWire(await answer(lab, objects, read(text)));
}

function read(text: string): Letter {
  try {
    return letterSchema.parse(fromWire(text));
  } catch (cause) {
    const hint = 'Worker and lab must be of the same version.';
    throw new LabError('invalid_input', 'The lab does not understand this worker.', { hint, cause });
  }
}

async function answer(lab: Lab, objects: Objects | null, letter: Letter): Promise<unknown> {
  const { jobs, configuration } = lab;
  if (letter.type === 'books') return answerBooks(lab, objects, letter.worker, letter.asked);
  if (letter.type === 'lend') return lent(lab, objects, letter);
  if (letter.type === 'bye') return jobs.retire(letter.worker);
  jobs.announce(letter.worker);
  return { leaseMs: configuration.leaseMs, lends: objects !== null } satisfies Welcome;
}

/** What a job found is in the home before it is committed. */
async function answerBooks(lab: Lab, objects: Objects | null, worker: string, asked: BookCall): Promise<unknown> {
  const books = lab.queue.booksFor(worker);
  if (asked.call === 'complete' && objects !== null) {
    try {
      await takeBack(lab, objects, asked.job, asked.outcome);
    } catch (error) {
      if (error instanceof Unreachable) throw later(error);
      return books.fail(asked.job, jobErrorOf(shownError(error)));
    }
  }
  return answerCall(books, asked);
}

async function lent(lab: Lab, objects: Objects | null, { job, missing }: Letter & { type: 'lend' }): Promise<Lent> {
  try {
    if (objects === null)
      throw new LabError('unavailable', 'This lab has no STRATLAB_S3_BUCKET to lend files through.');
    return { files: await lend(lab, objects, job, missing) };
  } catch (error) {
    if (error instanceof Unreachable) throw later(error);
    return { error: jobErrorOf(shownError(error)) };
  }
}

function later(cause: Unreachable): LabError {
  return new LabError('unavailable', cause.message, { cause });
}
