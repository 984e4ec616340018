import { formatInstant, instantOrNull } from '@stratlab/data/instant.ts';
import { type ExperimentFilter, listExperiments as findExperiments } from '@stratlab/knowledge/experiments.ts';
import { countedByExperiment } from '@stratlab/knowledge/trials.ts';
import { criterionInWords } from './criterion.ts';
import type { Lab } from './lab.ts';

export const experimentColumns = [
  'experiment_id',
  'name',
  'status',
  'outcome',
  'criterion',
  'trials',
  'created_at',
  'ended_at',
] as const;

/** Newest first. */
export function listExperiments({ database }: Lab, filter: ExperimentFilter): (string | number | null)[][] {
  const trials = countedByExperiment(database);
  return findExperiments(database, filter).map(({ id, name, outcome, criterion, createdAt, endedAt }) => [
    id,
    name,
    endedAt === null ? 'open' : 'ended',
    outcome,
    criterion === null ? null : criterionInWords(criterion),
    trials.get(id) ?? 0,
    formatInstant(createdAt),
    instantOrNull(endedAt),
  ]);
}
