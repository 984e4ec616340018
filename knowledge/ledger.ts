import { and, desc, eq, isNull } from 'drizzle-orm';
import type { Database } from './database.ts';
import { calls, series, tasks } from './tables/research.ts';

export type SeriesRow = typeof series.$inferSelect;
export type TaskRow = typeof tasks.$inferSelect;

/** One row per tool call. */
export function addCall({ orm }: Database, call: Omit<typeof calls.$inferInsert, 'sequence'>): void {
  orm.insert(calls).values(call).run();
}

export function callsMade({ orm }: Database): (typeof calls.$inferSelect)[] {
  return orm.select().from(calls).orderBy(calls.sequence).all();
}

/** How long the newest calls of a tool took that went well, newest first. */
export function recentCallMs({ orm }: Database, tool: string, most: number): number[] {
  return orm
    .select({ durationMs: calls.durationMs })
    .from(calls)
    .where(and(eq(calls.tool, tool), eq(calls.outcome, 'ok')))
    .orderBy(desc(calls.sequence))
    .limit(most)
    .all()
    .map(({ durationMs }) => durationMs);
}

/** Writes what an import found; the same content again changes its judgement, never its family. */
export function addSeries({ orm }: Database, row: SeriesRow): void {
  const { family: _, ...judged } = row;
  orm
    .insert(series)
    .values(row)
    .onConflictDoUpdate({ target: [series.symbol, series.timeframe, series.hash], set: judged })
    .run();
}

/** The newest import of a series. */
export function findSeries({ orm }: Database, symbol: string, timeframe: string): SeriesRow | undefined {
  const wanted = and(eq(series.symbol, symbol), eq(series.timeframe, timeframe));
  return orm.select().from(series).where(wanted).orderBy(desc(series.importedAt)).limit(1).get();
}

export function allSeries({ orm }: Database): SeriesRow[] {
  return orm.select().from(series).orderBy(series.importedAt).all();
}

export function addTask({ orm }: Database, task: typeof tasks.$inferInsert): void {
  orm.insert(tasks).values(task).onConflictDoNothing().run();
}

export function findTask({ orm }: Database, id: string): TaskRow | undefined {
  return orm.select().from(tasks).where(eq(tasks.id, id)).get();
}

export function tasksOfExperiment({ orm }: Database, experimentId: string): TaskRow[] {
  return orm.select().from(tasks).where(eq(tasks.experimentId, experimentId)).all();
}

export function unreadTasks({ orm }: Database): TaskRow[] {
  return orm.select().from(tasks).where(isNull(tasks.readAt)).all();
}

export function markRead({ orm }: Database, id: string, at: number): void {
  orm
    .update(tasks)
    .set({ readAt: at })
    .where(and(eq(tasks.id, id), isNull(tasks.readAt)))
    .run();
}

/** The family that a symbol's trials are counted in, by its first import; undefined for a symbol never imported here. */
export function familyOfSymbol({ orm }: Database, symbol: string): string | undefined {
  return orm
    .select({ family: series.family })
    .from(series)
    .where(eq(series.symbol, symbol))
    .orderBy(series.importedAt)
    .limit(1)
    .get()?.family;
}
