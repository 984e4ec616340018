import { formatInstant } from '@stratlab/data/instant.ts';
import { parseSymbol } from '@stratlab/data/instrument.ts';
import { listModels as findModels } from '@stratlab/knowledge/results.ts';
import type { Lab } from './lab.ts';

export const modelColumns = [
  'model_id',
  'strategy_name',
  'version',
  'symbols',
  'timeframe',
  'test_accuracy',
  'test_majority_class_accuracy',
  'engine',
  'seed',
  'created_at',
] as const;

export interface ListModels {
  strategy_name?: string | undefined;
  version?: number | undefined;
  symbol?: string | undefined;
  experiment_id?: string | undefined;
}

/** Newest first. */
export function listModels({ database }: Lab, input: ListModels): (string | number | null)[][] {
  const filter = {
    strategyName: input.strategy_name,
    version: input.version,
    symbol: input.symbol === undefined ? undefined : parseSymbol(input.symbol),
    experimentId: input.experiment_id,
  };
  return findModels(database, filter).map((model) => [
    model.id,
    model.strategyName,
    model.strategyVersion,
    model.symbols.join(' '),
    model.timeframe,
    testFigure(model.metrics, 'accuracy'),
    testFigure(model.metrics, 'majority_class_accuracy'),
    model.engine,
    model.seed,
    formatInstant(model.createdAt),
  ]);
}

function testFigure({ test }: Record<string, unknown>, name: string): number | null {
  const value =
    typeof test === 'object' && test !== null ? Object.entries(test).find(([key]) => key === name)?.[1] : null;
  return typeof value === 'number' ? value : null;
}
