import { LabError } from '@stratlab/data/error.ts';
import { addTask } from '@stratlab/knowledge/ledger.ts';
import { listModels } from '@stratlab/knowledge/results.ts';
import type { StrategyVersion } from '@stratlab/knowledge/strategies.ts';
import { documentSymbols } from '@stratlab/strategies/document.ts';
import type { Lab } from './lab.ts';
import type { LateBacktest } from './orders.ts';
import { type LabStrategy, requireStrategy } from './strategy-language.ts';
import { failed } from './test-candidates.ts';
import type { Combination, TestFailure } from './test-order.ts';
import { type PlannedTraining, planTraining, queueTraining } from './train-model.ts';

/** One backtest to be run, and where its model comes from. */
export interface Plan {
  combination: Omit<Combination, 'taskId'>;
  /** A model that there is; null where none decides or one is trained. */
  modelId: string | null;
  /** What is trained for it; backtests by one model share the object. */
  training: PlannedTraining | null;
}

export interface PlanSettings {
  symbols: readonly string[] | undefined;
  seeds: readonly number[] | undefined;
  experimentId: string | null;
}

/** Backtests of one strategy, on each symbol and with each seed, less those that cannot be trained for. */
export function plansOf(lab: Lab, stored: StrategyVersion, settings: PlanSettings): (Plan | TestFailure)[] {
  const { strategy } = requireStrategy(stored.document);
  const { name, version } = stored;
  const symbols = settings.symbols ?? tradedAlone(strategy);
  if (strategy.decider !== 'model') {
    return symbols.map((symbol) => ({
      combination: { name, version, symbol, seed: null },
      modelId: null,
      training: null,
    }));
  }
  const known = new Map<string, Model>();
  const ownSymbols = documentSymbols(strategy.document).length > 0;
  return symbols.flatMap((symbol) =>
    (settings.seeds ?? [undefined]).map((seed) => {
      const trainedOn = ownSymbols ? undefined : (symbol ?? undefined);
      const key = `${trainedOn} ${seed}`;
      const model = known.get(key) ?? modelFor(lab, stored, trainedOn, seed, settings.experimentId);
      known.set(key, model);
      if (model instanceof LabError) return failed(name, model, { version, symbol, seed: seed ?? null });
      const { seed: used, ...rest } = model;
      return { combination: { name, version, symbol, seed: used }, ...rest };
    }),
  );
}

/** The symbols it names, each by itself; null where it names none or trades several as one. */
function tradedAlone({ document }: LabStrategy): (string | null)[] {
  const named = documentSymbols(document);
  return document.universe !== null || document.legs !== null || named.length === 0 ? [null] : named;
}

type Model = (Omit<Plan, 'combination'> & { seed: number }) | LabError;

/** With a seed one that is trained (the same weights again are the same model), else the newest there is. */
function modelFor(
  lab: Lab,
  { name, version }: StrategyVersion,
  symbol: string | undefined,
  seed: number | undefined,
  experimentId: string | null,
): Model {
  const newest =
    seed === undefined ? listModels(lab.database, { strategyName: name, version, symbol }).at(0) : undefined;
  if (newest !== undefined) return { modelId: newest.id, training: null, seed: newest.seed };
  try {
    const input = { strategy_name: name, version, symbol, seed, experiment_id: experimentId ?? undefined };
    const training = planTraining(lab, input);
    const { document } = requireStrategy(training.order.document).strategy;
    return { modelId: null, training, seed: document.training?.seed ?? 0 };
  } catch (error) {
    if (error instanceof LabError) return error;
    throw error;
  }
}

/** Puts the trainings and backtests of a test on the queue as its children. `combinations` belong to `plans`. */
export function queuePlans(
  lab: Lab,
  parentId: string,
  plans: readonly Plan[],
  combinations: readonly Combination[],
  experimentId: string | null,
): void {
  const trainings = new Map<PlannedTraining, string>();
  const trainingIdOf = (training: PlannedTraining): string => {
    const id = trainings.get(training) ?? queueTraining(lab, training, parentId).id;
    trainings.set(training, id);
    return id;
  };
  combinations.forEach(({ name, version, symbol, taskId }, place) => {
    const { modelId, training } = plans[place];
    const trainingId = training === null ? null : trainingIdOf(training);
    const payload: LateBacktest = {
      strategyName: name,
      strategyVersion: version,
      symbol,
      modelId,
      trainingId,
      experimentId,
    };
    const after = trainingId === null ? [] : [{ id: trainingId, needs: 'end' as const }];
    lab.jobs.add({ id: taskId, kind: 'backtest', payload, key: null, maxAttempts: 3, parentId, after });
    const subject = `backtest ${name} v${version}${symbol === null ? '' : ` on ${symbol}`}`;
    addTask(lab.database, { id: taskId, experimentId, subject });
  });
}
