import { and, asc, desc, eq, isNull, like, or, type SQL } from 'drizzle-orm';
import type { Database } from './database.ts';
import { events, experiments } from './tables/research.ts';

export type Experiment = typeof experiments.$inferSelect;
export type ExperimentEvent = typeof events.$inferSelect;
export type Outcome = NonNullable<Experiment['outcome']>;

export function addExperiment({ orm }: Database, experiment: typeof experiments.$inferInsert): void {
  orm.insert(experiments).values(experiment).run();
}

export function findExperiment({ orm }: Database, id: string): Experiment | undefined {
  return orm.select().from(experiments).where(eq(experiments.id, id)).get();
}

/** False where it had ended before. */
export function endExperiment(
  { orm }: Database,
  id: string,
  outcome: Outcome,
  conclusion: string,
  at: number,
): boolean {
  const open = and(eq(experiments.id, id), isNull(experiments.endedAt));
  return orm.update(experiments).set({ outcome, conclusion, endedAt: at }).where(open).run().changes === 1;
}

export interface ExperimentFilter {
  status?: 'open' | 'ended' | undefined;
  query?: string | undefined;
}

/** Newest first. */
export function listExperiments({ orm }: Database, { status, query }: ExperimentFilter): Experiment[] {
  const conditions: (SQL | undefined)[] = [];
  if (status === 'open') conditions.push(isNull(experiments.endedAt));
  if (query !== undefined) {
    const pattern = `%${query}%`;
    conditions.push(
      or(like(experiments.name, pattern), like(experiments.hypothesis, pattern), like(experiments.tags, pattern)),
    );
  }
  const found = orm
    .select()
    .from(experiments)
    .where(and(...conditions))
    .orderBy(desc(experiments.createdAt), desc(experiments.id))
    .all();
  return status === 'ended' ? found.filter(({ endedAt }) => endedAt !== null) : found;
}

/** The newest one that has not ended. */
export function newestOpenExperiment({ orm }: Database): Experiment | undefined {
  return orm
    .select()
    .from(experiments)
    .where(isNull(experiments.endedAt))
    .orderBy(desc(experiments.createdAt), desc(experiments.id))
    .limit(1)
    .get();
}

export function addEvent({ orm }: Database, event: typeof events.$inferInsert): void {
  orm.insert(events).values(event).run();
}

/** Everything done in an experiment, oldest first. */
export function timeline({ orm }: Database, experimentId: string): ExperimentEvent[] {
  return orm.select().from(events).where(eq(events.experimentId, experimentId)).orderBy(asc(events.sequence)).all();
}
