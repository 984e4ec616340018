import { and, asc, count, eq, isNotNull } from 'drizzle-orm';
import type { Database } from './database.ts';
import { trials } from './tables/research.ts';

export type TrialRow = typeof trials.$inferSelect;

/** One look at a decision rule's result. `sessions` and `returns` have one entry a session day. */
export interface Look {
  family: string;
  decision: string;
  fingerprint: string;
  subjectId: string;
  kind: 'backtest' | 'model';
  symbol: string;
  timeframe: string;
  dataHash: string;
  startAt: number;
  endAt: number;
  sessions: Float64Array | null;
  returns: Float64Array | null;
  experimentId: string | null;
  at: number;
  /** False where the result was seen in sample only: it is recorded and counts for nothing. */
  shown: boolean;
}

/** Writes the look; it is a new trial unless its rule was counted in its family before. Says whether it is. */
export function addTrial(database: Database, { shown, sessions, returns, ...look }: Look): { counted: boolean } {
  const { orm, transaction } = database;
  return transaction(() => {
    const before = orm
      .select({ sequence: trials.sequence })
      .from(trials)
      .where(and(eq(trials.family, look.family), eq(trials.decision, look.decision), eq(trials.counted, true)))
      .get();
    const counted = shown && before === undefined;
    const reason = counted
      ? 'a new decision rule'
      : shown
        ? `the rule of trial ${before?.sequence}`
        : 'training rows only';
    orm
      .insert(trials)
      .values({
        ...look,
        counted,
        reason,
        sessions: sessions && bytesOf(sessions),
        returns: returns && bytesOf(returns),
      })
      .run();
    return { counted };
  });
}

/** Counted trials of a family, oldest first. */
export function countedTrials({ orm }: Database, family: string): TrialRow[] {
  return orm
    .select()
    .from(trials)
    .where(and(eq(trials.family, family), eq(trials.counted, true)))
    .orderBy(asc(trials.sequence))
    .all();
}

/** Counted trials of every family. */
export function countedByFamily({ orm }: Database): Map<string, number> {
  const rows = orm
    .select({ family: trials.family, number: count() })
    .from(trials)
    .where(eq(trials.counted, true))
    .groupBy(trials.family)
    .all();
  return new Map(rows.map(({ family, number }) => [family, number]));
}

/** Counted trials of every experiment that has any. */
export function countedByExperiment({ orm }: Database): Map<string | null, number> {
  const rows = orm
    .select({ experimentId: trials.experimentId, number: count() })
    .from(trials)
    .where(and(eq(trials.counted, true), isNotNull(trials.experimentId)))
    .groupBy(trials.experimentId)
    .all();
  return new Map(rows.map(({ experimentId, number }) => [experimentId, number]));
}

/** Counted trials of one experiment. */
export function countedIn({ orm }: Database, experimentId: string): number {
  const own = and(eq(trials.counted, true), eq(trials.experimentId, experimentId));
  return orm.select({ number: count() }).from(trials).where(own).get()?.number ?? 0;
}

export function trialsOfExperiment({ orm }: Database, experimentId: string): TrialRow[] {
  return orm.select().from(trials).where(eq(trials.experimentId, experimentId)).orderBy(asc(trials.sequence)).all();
}

export function float64(blob: Buffer): Float64Array {
  const copy = new Uint8Array(blob);
  return new Float64Array(copy.buffer, 0, copy.length / 8);
}

export function bytesOf(values: Float64Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}
