import { LabError } from '@stratlab/data/error.ts';
import { addEvent, addExperiment, findExperiment } from '@stratlab/knowledge/experiments.ts';
import { checkMetric, criterionInWords } from './criterion.ts';
import { newId } from './id.ts';
import type { Lab } from './lab.ts';
import { type Similar, similarWork } from './similar.ts';

export interface StartExperiment {
  name: string;
  hypothesis: string;
  criterion?: { metric: string; threshold: number } | undefined;
  budget?: { trials?: number | undefined; minutes?: number | undefined } | undefined;
  tags?: string[] | undefined;
  parent_id?: string | undefined;
}

/** Writes down what is to be found out before any result is seen, and names earlier work in similar words. */
export function startExperiment(
  { database }: Lab,
  { name, hypothesis, criterion, budget, tags = [], parent_id }: StartExperiment,
): { experiment_id: string; similar: Similar[]; warnings: string[] } {
  if (criterion !== undefined) checkMetric(criterion.metric, 'criterion.metric');
  if (parent_id !== undefined && findExperiment(database, parent_id) === undefined) {
    throw new LabError('not_found', `There is no experiment "${parent_id.slice(0, 64)}".`, {
      path: 'parent_id',
      hint: 'list_experiments names them.',
    });
  }
  const similar = similarWork({ database }, [name, hypothesis, ...tags].join(' '));
  const id = newId('experiment');
  const at = Date.now();
  database.transaction(() => {
    addExperiment(database, {
      id,
      name,
      hypothesis,
      criterion: criterion ?? null,
      budget: budget ?? null,
      tags,
      parentId: parent_id ?? null,
      createdAt: at,
    });
    const asked = criterion === undefined ? '' : ` Criterion: ${criterionInWords(criterion)}.`;
    addEvent(database, {
      experimentId: id,
      kind: 'experiment',
      subjectId: id,
      summary: `started: ${hypothesis}${asked}`,
      at,
    });
  });
  const warnings =
    criterion === undefined ? ['Without a criterion nothing says what would refute the hypothesis.'] : [];
  return { experiment_id: id, similar, warnings };
}
