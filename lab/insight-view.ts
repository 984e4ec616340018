import { formatInstant } from '@stratlab/data/instant.ts';
import { findExperiment } from '@stratlab/knowledge/experiments.ts';
import type { Insight, InsightCategory } from '@stratlab/knowledge/insights.ts';
import type { Lab } from './lab.ts';

export interface InsightView {
  insight_id: string;
  content: string;
  category: InsightCategory;
  tags: string[];
  importance: number;
  evidence_ids: string[];
  /** Where it was learnt. */
  context: { experiment_id: string | null; experiment: string | null; date: string };
}

export function insightView({ database }: Pick<Lab, 'database'>, insight: Insight): InsightView {
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
  };
}
