import { desc, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { backtests, experiments, insights, models } from './tables/research.ts';

const tables = { model: models, backtest: backtests, experiment: experiments, insight: insights };
export type Subject = keyof typeof tables;

/** Ids of one kind that begin with `prefix`, newest first. */
export function newestIds({ orm }: Database, subject: Subject, prefix: string, most: number): string[] {
  const { id, createdAt } = tables[subject];
  const found = orm
    .select({ id })
    .from(tables[subject])
    .where(sql`instr(${id}, ${prefix}) = 1`)
    .orderBy(desc(createdAt), desc(id))
    .limit(most)
    .all();
  return found.map((row) => row.id);
}
