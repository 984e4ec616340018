import { LabError } from '@stratlab/data/error.ts';
import type { Database } from '@stratlab/knowledge/database.ts';
import { type Experiment, findExperiment } from '@stratlab/knowledge/experiments.ts';
import { findInsight, type Insight } from '@stratlab/knowledge/insights.ts';
import { findBacktest, findModel } from '@stratlab/knowledge/results.ts';
import { insightView } from './insight-view.ts';
import type { Lab } from './lab.ts';

/** One insight with the experiment that it comes from and a sentence on all that it cites. Throws `not_found`. */
export function getInsight({ database }: Pick<Lab, 'database'>, { insight_id: id }: { insight_id: string }) {
  const insight = requireInsight(database, id);
  const experiment = insight.experimentId === null ? undefined : findExperiment(database, insight.experimentId);
  return {
    ...insightView({ database }, insight),
    experiment: experiment === undefined ? null : claimOf(experiment),
    evidence: insight.evidence.flatMap((cited) => evidence(database, cited)),
  };
}

function requireInsight(database: Database, id: string): Insight {
  const insight = findInsight(database, id);
  if (insight !== undefined) return insight;
  throw new LabError('not_found', `There is no insight "${id.slice(0, 64)}".`, {
    path: 'insight_id',
    hint: 'search_insights names them.',
  });
}

function claimOf({ hypothesis, outcome, conclusion }: Experiment) {
  return { hypothesis, outcome, conclusion };
}

/** What each kind of evidence says in a sentence; undefined where the id is of another kind. */
const sentences = {
  backtest: (database: Database, id: string) => findBacktest(database, id)?.answer.summary,
  model(database: Database, id: string) {
    const model = findModel(database, id);
    return model && `${model.strategyName} v${model.strategyVersion} on ${model.symbols.join(', ')} ${model.timeframe}`;
  },
  experiment(database: Database, id: string) {
    const experiment = findExperiment(database, id);
    return experiment && `${experiment.name}: ${experiment.hypothesis}`;
  },
  insight: (database: Database, id: string) => findInsight(database, id)?.content,
};

function evidence(database: Database, id: string) {
  return Object.entries(sentences).flatMap(([kind, sentenceOf]) => {
    const summary = sentenceOf(database, id);
    return summary === undefined ? [] : [{ id, kind, summary }];
  });
}
