import { and, desc, eq, gte, type SQL } from 'drizzle-orm';
import type { Database } from './database.ts';
import { backtests, models } from './tables/research.ts';

export type ModelRow = typeof models.$inferSelect;
export type BacktestRow = typeof backtests.$inferSelect;

export function addModel({ orm }: Database, model: typeof models.$inferInsert): void {
  orm.insert(models).values(model).run();
}

export function findModel({ orm }: Database, id: string): ModelRow | undefined {
  return orm.select().from(models).where(eq(models.id, id)).get();
}

export interface ResultFilter {
  strategyName?: string | undefined;
  version?: number | undefined;
  symbol?: string | undefined;
  experimentId?: string | undefined;
}

export interface BacktestFilter extends ResultFilter {
  timeframe?: string | undefined;
  /** Made at this instant or later, epoch milliseconds. */
  since?: number | undefined;
  most?: number | undefined;
}

/** Newest first. */
export function listModels(
  { orm }: Database,
  { strategyName, version, symbol, experimentId }: ResultFilter,
): ModelRow[] {
  const conditions: SQL[] = [];
  if (strategyName !== undefined) conditions.push(eq(models.strategyName, strategyName));
  if (version !== undefined) conditions.push(eq(models.strategyVersion, version));
  if (experimentId !== undefined) conditions.push(eq(models.experimentId, experimentId));
  const found = orm
    .select()
    .from(models)
    .where(and(...conditions))
    .orderBy(desc(models.createdAt), desc(models.id))
    .all();
  return symbol === undefined ? found : found.filter(({ symbols }) => symbols.includes(symbol));
}

export function addBacktest({ orm }: Database, backtest: typeof backtests.$inferInsert): void {
  orm.insert(backtests).values(backtest).run();
}

export function findBacktest({ orm }: Database, id: string): BacktestRow | undefined {
  return orm.select().from(backtests).where(eq(backtests.id, id)).get();
}

/** Newest first. */
export function listBacktests(
  { orm }: Database,
  { strategyName, version, symbol, experimentId, timeframe, since, most = -1 }: BacktestFilter,
): BacktestRow[] {
  const conditions: SQL[] = [];
  if (strategyName !== undefined) conditions.push(eq(backtests.strategyName, strategyName));
  if (version !== undefined) conditions.push(eq(backtests.strategyVersion, version));
  if (symbol !== undefined) conditions.push(eq(backtests.symbol, symbol));
  if (experimentId !== undefined) conditions.push(eq(backtests.experimentId, experimentId));
  if (timeframe !== undefined) conditions.push(eq(backtests.timeframe, timeframe));
  if (since !== undefined) conditions.push(gte(backtests.createdAt, since));
  return orm
    .select()
    .from(backtests)
    .where(and(...conditions))
    .orderBy(desc(backtests.createdAt), desc(backtests.id))
    .limit(most)
    .all();
}
