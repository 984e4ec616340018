import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Books } from './books.ts';
import { jobErrorSchema, jobSchema, progressSchema } from './messages.ts';
import { Unreachable } from './unreachable.ts';

const longestRetryMs = 5000;

const job = jobSchema;
const claim = z.object({ id: z.string(), fence: z.int() });
const standings = z.array(z.enum(['ok', 'cancel', 'lost']));

/** What a worker on another host asks of the lab's books, one method of `Books` each. */
export const bookCallSchema = z.discriminatedUnion('call', [
  z.strictObject({ call: z.literal('claim'), capability: z.string(), most: z.int().min(1).max(1000) }),
  z.strictObject({
    call: z.literal('standings'),
    signs: z.array(z.strictObject({ claim, progress: progressSchema.nullable(), beat: z.boolean() })).max(1000),
  }),
  z.strictObject({ call: z.literal('complete'), job, outcome: z.unknown() }),
  z.strictObject({ call: z.literal('fail'), job, error: jobErrorSchema }),
  z.strictObject({ call: z.literal('cancelled'), job }),
  z.strictObject({ call: z.literal('release'), job, error: jobErrorSchema }),
  z.strictObject({ call: z.literal('giveBack'), job }),
]);
export type BookCall = z.infer<typeof bookCallSchema>;

/** Answers a call from the books that there are here. */
export function answerCall(books: Books, asked: BookCall): Promise<unknown> {
  switch (asked.call) {
    case 'claim':
      return books.claim(asked.capability, asked.most);
    case 'standings':
      return books.standings(asked.signs);
    case 'complete':
      return books.complete(asked.job, asked.outcome);
    case 'fail':
    case 'release':
      return books[asked.call](asked.job, asked.error);
    case 'cancelled':
    case 'giveBack':
      return books[asked.call](asked.job);
  }
}

/**
 * Books that lie elsewhere. What ends a job is said again until it is heard; heard twice, it counts once. By then the
 * job may have been taken by someone else, and the answer is `false`. `send` throws Unreachable where asking again makes
 * sense.
 */
export function remoteBooks(send: (call: BookCall) => Promise<unknown>, patience: AbortSignal): Books {
  async function insist(call: BookCall): Promise<boolean> {
    for (let tries = 0; ; tries++) {
      try {
        return z.boolean().parse(await send(call));
      } catch (error) {
        if (!(error instanceof Unreachable) || patience.aborted) throw error;
        await sleep(Math.min(longestRetryMs, 100 * 2 ** tries), null, { signal: patience }).catch(() => {});
      }
    }
  }

  return {
    claim: async (capability, most) => z.array(job).parse(await send({ call: 'claim', capability, most })),
    standings: async (signs) => standings.parse(await send({ call: 'standings', signs: [...signs] })),
    complete: (held, outcome) => insist({ call: 'complete', job: held, outcome }),
    fail: (held, error) => insist({ call: 'fail', job: held, error }),
    cancelled: (held) => insist({ call: 'cancelled', job: held }),
    release: (held, error) => insist({ call: 'release', job: held, error }),
    giveBack: (held) => insist({ call: 'giveBack', job: held }),
  };
}
