import { LabError } from '@stratlab/data/error.ts';
import { type Experiment, findExperiment } from '@stratlab/knowledge/experiments.ts';
import type { Lab } from './lab.ts';

/** Throws `not_found`. */
export function requireExperiment({ database }: Pick<Lab, 'database'>, id: string): Experiment {
  const experiment = findExperiment(database, id);
  if (experiment !== undefined) return experiment;
  throw new LabError('not_found', `There is no experiment "${id.slice(0, 64)}".`, {
    path: 'experiment_id',
    hint: 'list_experiments names them; start_experiment makes one.',
  });
}

/** The id, known to be of an experiment that is open; null where none was given. */
export function requireOpenExperiment(lab: Pick<Lab, 'database'>, id: string | undefined): string | null {
  if (id === undefined) return null;
  const { endedAt } = requireExperiment(lab, id);
  if (endedAt === null) return id;
  throw new LabError('invalid_input', `Experiment ${id} has ended: nothing can be added to it.`, {
    path: 'experiment_id',
    hint: 'Start a new one; parent_id ties it to this one.',
  });
}
