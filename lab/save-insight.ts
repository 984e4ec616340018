import { LabError } from '@stratlab/data/error.ts';
import { addEvent, findExperiment } from '@stratlab/knowledge/experiments.ts';
import { addInsight, findInsight, type InsightCategory } from '@stratlab/knowledge/insights.ts';
import { findBacktest, findModel } from '@stratlab/knowledge/results.ts';
import { requireExperiment } from './find-experiment.ts';
import { newId } from './id.ts';
import type { Lab } from './lab.ts';
import { cut, type Similar, similarInsights } from './similar.ts';

export { insightCategories } from '@stratlab/knowledge/insights.ts';

export const longestInsight = 8000;

export interface SaveInsight {
  category: InsightCategory;
  content: string;
  tags?: string[] | undefined;
  /** 1 to 10. */
  importance?: number | undefined;
  experiment_id?: string | undefined;
  evidence_ids?: string[] | undefined;
}

/** Keeps one thing learnt with the ids of what it rests on, and names what was learnt before in similar words. */
export function saveInsight(
  { database }: Lab,
  { category, content, tags = [], importance = 5, experiment_id, evidence_ids = [] }: SaveInsight,
): { insight_id: string; similar: Similar[]; warnings: string[] } {
  const experimentId = experiment_id === undefined ? null : requireExperiment({ database }, experiment_id).id;
  const evidence = [...new Set(evidence_ids)];
  for (const [k, id] of evidence.entries()) requireEvidence({ database }, id, `evidence_ids.${k}`);
  const similar = similarInsights({ database }, [content, ...tags].join(' '));
  const id = newId('insight');
  const at = Date.now();
  database.transaction(() => {
    addInsight(database, { id, category, content, tags, importance, evidence, experimentId, createdAt: at });
    addEvent(database, {
      experimentId,
      kind: 'insight',
      subjectId: id,
      summary: `${category}: ${cut(content, 200)}`,
      at,
    });
  });
  return { insight_id: id, similar, warnings: warningsFor({ database }, category, evidence) };
}

type Books = Pick<Lab, 'database'>;

function requireEvidence({ database }: Books, id: string, path: string): void {
  const found = [findBacktest, findModel, findExperiment, findInsight].some((find) => find(database, id) !== undefined);
  if (found) return;
  throw new LabError('not_found', `There is no backtest, model, experiment or insight "${id.slice(0, 64)}".`, {
    path,
    hint: 'Cite ids as the answers of this lab give them: backtest_…, model_…, experiment_…, insight_….',
  });
}

function warningsFor({ database }: Books, category: InsightCategory, evidence: readonly string[]): string[] {
  if (category !== 'success') return [];
  const backtests = evidence.flatMap((id) => findBacktest(database, id) ?? []);
  if (backtests.length === 0) return ['A success that cites no backtest is a claim: name one in evidence_ids.'];
  return backtests.some(({ verdict }) => verdict !== 'no_evidence')
    ? []
    : ['Called a success, though every backtest it cites was judged no_evidence.'];
}
