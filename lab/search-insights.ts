import { searchInsights as findInsights, type InsightCategory } from '@stratlab/knowledge/insights.ts';
import { type InsightView, insightView } from './insight-view.ts';
import type { Lab } from './lab.ts';

export interface SearchInsights {
  query: string;
  category?: InsightCategory | undefined;
  /** All of them. */
  tags?: string[] | undefined;
  min_importance?: number | undefined;
}

export interface ScoredInsight extends InsightView {
  score: number;
}

/** Insights that hold words of the query, best first, at most two hundred. */
export function searchInsights(
  { database }: Pick<Lab, 'database'>,
  { query, category, tags = [], min_importance }: SearchInsights,
): ScoredInsight[] {
  const wanted = tags.map((tag) => tag.toLowerCase());
  const categories = category === undefined ? undefined : [category];
  return findInsights(database, query, { categories, minImportance: min_importance })
    .filter(({ insight }) => wanted.every((tag) => insight.tags.some((own) => own.toLowerCase() === tag)))
    .map(({ insight, score }) => ({
      ...insightView({ database }, insight),
      score: Number(score.toPrecision(4)),
    }));
}
