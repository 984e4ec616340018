import { z } from 'zod';

/** What a batch goes through. */
export const planSchema = z.strictObject({
  /** Queued at the start; more follow should they not last until both workers have had their part. */
  trainings: z.int(),
  epochs: z.int(),
  /** So many have completed when the cable is pulled. */
  cutAfter: z.int(),
  cutMs: z.int(),
  leaseMs: z.int(),
});
export type Plan = z.infer<typeof planSchema>;

const share = z.strictObject({ before: z.int(), during: z.int(), after: z.int() });

/** What came of it. */
export const figuresSchema = z.strictObject({
  trainings: z.int(),
  /** How many each worker completed before, during and after the cut, as far as it was seen to hold them. */
  completed: z.strictObject({ left: share, right: share, unseen: share }),
  /** Jobs that were taken more than once. */
  takenAgain: z.int(),
  /** Outcomes that came after the job had ended or been given to another. */
  late: z.int(),
  /** From the mended cable to the first job of the worker behind it. */
  backAfterMs: z.int(),
  wallMs: z.int(),
  /** What should not be. */
  faults: z.array(z.string()),
});
export type Figures = z.infer<typeof figuresSchema>;

export const full: Plan = { trainings: 500, epochs: 800, cutAfter: 40, cutMs: 60_000, leaseMs: 5000 };
export const short: Plan = { trainings: 24, epochs: 400, cutAfter: 4, cutMs: 5000, leaseMs: 1000 };
