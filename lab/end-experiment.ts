import { LabError } from '@stratlab/data/error.ts';
import { addEvent, endExperiment as markEnded, type Outcome } from '@stratlab/knowledge/experiments.ts';
import { type CriterionCheck, checkCriterion, criterionInWords } from './criterion.ts';
import { experimentView, overspent } from './experiment-view.ts';
import { requireExperiment } from './find-experiment.ts';
import type { Lab } from './lab.ts';

export interface EndExperiment {
  experiment_id: string;
  conclusion: string;
  outcome: Outcome;
}

/** Closes an experiment, holds what is claimed against the criterion it began with, and writes its report. */
export async function endExperiment(lab: Lab, input: EndExperiment) {
  const { warnings, ...ended } = close(lab, input);
  try {
    const { writeReport } = await import('./write-report.ts');
    return { ...ended, report: writeReport(lab, input.experiment_id), warnings };
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return { ...ended, report: null, warnings: [...warnings, `No report was written: ${error.message}`] };
  }
}

function close({ database }: Lab, { experiment_id: id, conclusion, outcome }: EndExperiment) {
  return database.transaction(() => {
    const before = requireExperiment({ database }, id);
    const at = Date.now();
    if (!markEnded(database, id, outcome, conclusion, at)) {
      throw new LabError('invalid_input', `Experiment ${id} has ended already: ${before.outcome}.`, {
        path: 'experiment_id',
        hint: 'Start a new one; parent_id ties it to this one.',
      });
    }
    addEvent(database, {
      experimentId: id,
      kind: 'experiment',
      subjectId: id,
      summary: `ended, ${outcome}: ${conclusion}`,
      at,
    });
    const { name, spent, budget } = experimentView({ database }, requireExperiment({ database }, id));
    const check = before.criterion === null ? null : checkCriterion({ database }, id, before.criterion);
    return {
      experiment_id: id,
      name,
      outcome,
      criterion_check: check,
      spent,
      budget,
      warnings: [...(check === null ? [] : disagreement(outcome, check)), ...overspent({ spent, budget })],
    };
  });
}

function disagreement(outcome: Outcome, check: CriterionCheck): string[] {
  const asked = criterionInWords(check);
  const best = `${check.sample?.replaceAll('_', ' ')} it is at best ${check.best}`;
  if (outcome === 'supported' && !check.met) {
    if (check.sample === 'out_of_sample') return [`Supported, though the criterion was ${asked} and ${best}.`];
    const seen = check.best === null ? '' : ` (${best})`;
    return [`Supported, though no out-of-sample backtest was held against the criterion, ${asked}${seen}.`];
  }
  if (outcome !== 'supported' && check.met) {
    return [`Called ${outcome}, though the criterion of ${asked} was met: ${best} (${check.backtest_id}).`];
  }
  return [];
}
