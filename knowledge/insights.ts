import { desc, eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import type { Database } from './database.ts';
import { insights } from './tables/research.ts';

export type Insight = typeof insights.$inferSelect;
export const insightCategories = ['pattern', 'success', 'failure', 'hypothesis', 'technique'] as const;

export function addInsight({ orm }: Database, insight: Omit<typeof insights.$inferInsert, 'sequence'>): void {
  orm.insert(insights).values(insight).run();
}

export function findInsight({ orm }: Database, id: string): Insight | undefined {
  return orm.select().from(insights).where(eq(insights.id, id)).get();
}

/** Newest first. */
export function listInsights({ orm }: Database, experimentId?: string): Insight[] {
  const wanted = experimentId === undefined ? undefined : eq(insights.experimentId, experimentId);
  return orm.select().from(insights).where(wanted).orderBy(desc(insights.sequence)).all();
}

export type InsightCategory = Insight['category'];

/** The most important ones of these categories, newest first among equals. */
export function topInsights({ orm }: Database, categories: readonly InsightCategory[], most: number): Insight[] {
  return orm
    .select()
    .from(insights)
    .where(inArray(insights.category, categories))
    .orderBy(desc(insights.importance), desc(insights.sequence))
    .limit(most)
    .all();
}

export interface FoundInsight {
  insight: Insight;
  /** Above 0; higher is nearer. Words found, weighted by importance. */
  score: number;
}

const ranked = z.array(z.object({ rowid: z.number(), rank: z.number() }));

export interface InsightFilter {
  categories?: readonly InsightCategory[] | undefined;
  minImportance?: number | undefined;
  /** How many of the nearest are weighed by importance; 200. */
  most?: number | undefined;
}

/**
 * Insights that hold any word of the query (stemmed), best first: BM25, weighted by importance. Every word is quoted, so
 * that no text is read as an operator. A query without words finds nothing.
 */
export function searchInsights(
  { orm, sqlite }: Database,
  query: string,
  { categories = insightCategories, minImportance = 1, most = 200 }: InsightFilter = {},
): FoundInsight[] {
  const words =
    query
      .normalize('NFKC')
      .match(/[\p{L}\p{N}]+/gu)
      ?.slice(0, 32) ?? [];
  if (words.length === 0) return [];
  const match = words.map((word) => `"${word}"`).join(' OR ');
  const nearest = sqlite.prepare(
    `SELECT insight_words.rowid, rank FROM insight_words JOIN insights ON insights.sequence = insight_words.rowid
     WHERE insight_words MATCH ? AND importance >= ? AND category IN (SELECT value FROM json_each(?))
     ORDER BY rank LIMIT ?`,
  );
  const rows = ranked.parse(nearest.all(match, minImportance, JSON.stringify(categories), most));
  const found = rows.flatMap(({ rowid, rank }) => {
    const insight = orm.select().from(insights).where(eq(insights.sequence, rowid)).get();
    return insight === undefined ? [] : [{ insight, score: -rank * (0.5 + insight.importance / 10) }];
  });
  return found.sort((a, b) => b.score - a.score || b.insight.sequence - a.insight.sequence);
}
