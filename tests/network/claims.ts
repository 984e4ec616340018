import type { Claim, JobStore } from '@stratlab/jobs/job-store.ts';

interface SeenClaim extends Claim {
  owner: string;
  /** When it was first seen, epoch milliseconds. */
  at: number;
}

/** Who held which job, as far as frequent looks show: once a job has ended its holder is not kept. */
export class Claims {
  readonly #store: JobStore;
  readonly #seen = new Map<string, SeenClaim>();

  constructor(store: JobStore) {
    this.#store = store;
  }

  look(): void {
    const at = Date.now();
    for (const { id, fence, owner } of this.#store.leases()) {
      const key = keyOf(id, fence);
      if (!this.#seen.has(key)) this.#seen.set(key, { id, fence, owner, at });
    }
  }

  /** Those of a holder that were first seen from `start` until `end`. */
  of(owner: string, start: number, end = Number.POSITIVE_INFINITY): SeenClaim[] {
    return [...this.#seen.values()].filter((claim) => claim.owner === owner && claim.at >= start && claim.at < end);
  }

  ownerOf(jobId: string, fence: number): string | undefined {
    return this.#seen.get(keyOf(jobId, fence))?.owner;
  }
}

const keyOf = (jobId: string, fence: number) => `${jobId} ${fence}`;
