import { formatInstant } from '@stratlab/data/instant.ts';
import { guessInstrument } from '@stratlab/data/instrument.ts';
import { addEvent } from '@stratlab/knowledge/experiments.ts';
import { familyOfSymbol } from '@stratlab/knowledge/ledger.ts';
import { addModel, listModels } from '@stratlab/knowledge/results.ts';
import { addTrial } from '@stratlab/knowledge/trials.ts';
import type { SplitMetrics } from '@stratlab/models/class-metrics.ts';
import { fingerprint } from '@stratlab/strategies/fingerprint.ts';
import type { Books } from './commit-job.ts';
import { countTrials, decisionHash } from './count-trial.ts';
import type { Learned } from './learned.ts';
import type { TrainOrder } from './orders.ts';
import { shownFolds } from './shown-folds.ts';
import { requireStrategy } from './strategy-language.ts';

/**
 * Writes a trained model, and the look at its test metrics as a trial of every family it was trained on. A training
 * that gave the very weights of an earlier one is that model: nothing new is written.
 */
export function commitModel({ database }: Books, order: TrainOrder, learned: Learned, taskId: string | null) {
  const { strategyName, strategyVersion: version, experimentId } = order;
  const { artifactHash, metrics, series, engine } = learned;
  const twin = listModels(database, { strategyName, version }).find((model) => model.artifactHash === artifactHash);
  const id = twin?.id ?? order.modelId;
  const at = Date.now();
  if (twin === undefined) {
    addModel(database, {
      id,
      strategyName,
      strategyVersion: version,
      fingerprint: learned.fingerprint,
      symbols: series.map(({ symbol }) => symbol),
      timeframe: series[0].timeframe,
      seed: seedOf(order),
      engine,
      artifactHash,
      dataHash: series[0].hash,
      metrics,
      taskId,
      experimentId,
      createdAt: at,
    });
  }
  const { strategy } = requireStrategy(order.deciding);
  const mark = fingerprint(strategy);
  const families = new Map(
    series.map((used) => [familyOfSymbol(database, used.symbol) ?? guessInstrument(used.symbol).underlying, used]),
  );
  for (const [family, { symbol, timeframe, hash, start, end }] of families) {
    addTrial(database, {
      family,
      decision: decisionHash(mark, artifactHash),
      fingerprint: mark,
      subjectId: id,
      kind: 'model',
      symbol,
      timeframe,
      dataHash: hash,
      startAt: start,
      endAt: end,
      sessions: null,
      returns: null,
      experimentId,
      at,
      shown: metrics.test !== null,
    });
  }
  const summary = describe(learned, twin !== undefined);
  addEvent(database, {
    experimentId,
    kind: 'model',
    subjectId: id,
    summary: `${strategyName} v${version}: ${summary}`,
    at,
  });
  const { family, counted, effective } = countTrials(database, [...families.keys()][0]);
  return {
    kind: 'model',
    id,
    summary,
    metrics,
    folds: shownFolds(learned.folds),
    engine,
    epochs: learned.epochs,
    steps: learned.steps,
    stopped_early: learned.stoppedEarly,
    repeated: twin !== undefined,
    span: { start: formatInstant(series[0].start), end: formatInstant(series[0].end) },
    trials: { family: counted, effective, family_name: family },
    warnings: learned.warnings,
  };
}

function seedOf({ document }: TrainOrder): number {
  return requireStrategy(document).strategy.document.training?.seed ?? 0;
}

function describe({ metrics: { test }, epochs, stoppedEarly }: Learned, repeated: boolean): string {
  const how = `${epochs} epochs${stoppedEarly ? ', stopped early' : ''}${repeated ? '; the same weights as before, so no new trial' : ''}`;
  return test === null ? `Trained in ${how}; there is no test part.` : `${verdictOn(test)} (${how}).`;
}

function verdictOn(test: SplitMetrics): string {
  if ('accuracy' in test) {
    const [own, majority] = [test.accuracy, test.majority_class_accuracy];
    if (own === null || majority === null) return 'The test part has no rows';
    const better = own > majority ? 'better than' : own === majority ? 'the same as' : 'worse than';
    return `Test accuracy ${percent(own)}, ${better} always naming the most frequent class (${percent(majority)})`;
  }
  return `Test loss ${test.loss?.toPrecision(4)} against ${test.baseline_loss?.toPrecision(4)} for the training mean`;
}

function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)} %`;
}
