import { formatInstant } from '@stratlab/data/instant.ts';
import { findExperiment } from '@stratlab/knowledge/experiments.ts';
import {
  type FoundInsight,
  searchInsights as findInsights,
  type InsightCategory,
} from '@stratlab/knowledge/insights.ts';
import type { Lab } from './lab.ts';

export interface SearchInsights {
  query: string;
  category?: InsightCategory | undefined;
  /** All of them. */
  tags?: string[] | undefined;
  min_importance?: number | undefined;
}

export interface InsightView {
  insight_id: string;
  content: string;
  category: InsightCategory;
  tags: string[];
  importance: number;
  evidence_ids: string[];
  /** Where it was learnt. */
  context: { experiment_id: string | null; experiment: string | null; date: string };
  score: number;
}

/** Insights that hold words of the query, best first, at most two hundred. */
export function searchInsights(
  { database }: Pick<Lab, 'database'>,
  { query, category, tags = [], min_importance }: SearchInsights,
): InsightView[] {
  const wanted = tags.map((tag) => tag.toLowerCase());
  const categories = category === undefined ? undefined : [category];
  return findInsights(database, query, { categories, minImportance: min_importance })
    .filter(({ insight }) => wanted.every((tag) => insight.tags.some((own) => own.toLowerCase() === tag)))
    .map((found) => insightView({ database }, found));
}

function insightView({ database }: Pick<Lab, 'database'>, { insight, score }: FoundInsight): InsightView {
  const { id, content, category, tags, importance, evidence, experimentId, createdAt } = insight;
  const experiment = experimentId === null ? undefined : findExperiment(database, experimentId);
  return {
    insight_id: id,
    content,
    category,
    tags,
    importance,
    evidence_ids: evidence,
    context: { experiment_id: experimentId, experiment: experiment?.name ?? null, date: formatInstant(createdAt) },
    score: Number(score.toPrecision(4)),
  };
}
