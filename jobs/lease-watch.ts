import type { Lease } from './job-store.ts';

interface Sighting {
  fence: number;
  beat: number;
  stillMs: number;
}

/**
 * Judges which leases are dead: those whose beat stood still for `leaseMs` while this process was looking. No wall clock
 * is compared, and a long pause of this process (a suspended laptop, a stopped container) counts for little: a lease is
 * given up only after several looks.
 */
export function watchLeases(leaseMs: number): (leases: readonly Lease[], now: number) => Lease[] {
  let sightings = new Map<string, Sighting>();
  let lookedAt: number | null = null;

  return (leases, now) => {
    const elapsed = lookedAt === null ? 0 : Math.min(now - lookedAt, leaseMs / 3);
    lookedAt = now;
    sightings = new Map(
      leases.map(({ id, fence, beat }) => {
        const before = sightings.get(id);
        const still = before?.fence === fence && before.beat === beat;
        return [id, { fence, beat, stillMs: still ? before.stillMs + elapsed : 0 }];
      }),
    );
    return leases.filter(({ id }) => (sightings.get(id)?.stillMs ?? 0) >= leaseMs);
  };
}
