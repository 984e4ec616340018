import { LabError, nearest } from '@stratlab/data/error.ts';
import { findModel, listModels, type ModelRow } from '@stratlab/knowledge/results.ts';
import { findVersion, type StrategyVersion, strategyNames, versionsOf } from '@stratlab/knowledge/strategies.ts';
import type { Lab } from './lab.ts';

/** A stored version, the newest unless one is named. Throws `not_found` with what there is. */
export function requireVersion({ database }: Pick<Lab, 'database'>, name: string, version?: number): StrategyVersion {
  const found = findVersion(database, name, version);
  if (found !== undefined) return found;
  const versions = versionsOf(database, name);
  if (versions.length > 0) {
    throw new LabError('not_found', `Strategy "${name}" has no version ${version}. It has 1 to ${versions.length}.`, {
      path: 'version',
    });
  }
  const near = nearest(name, strategyNames(database));
  throw new LabError('not_found', `There is no strategy "${name.slice(0, 64)}".`, {
    path: 'strategy_name',
    hint: near === undefined ? 'list_strategies names them; create_strategy makes one.' : `Did you mean "${near}"?`,
  });
}

/** The named model, or the newest of that version. Throws `not_found`. */
export function requireModel(
  { database }: Pick<Lab, 'database'>,
  strategy: StrategyVersion,
  modelId?: string,
): ModelRow {
  const model = modelId === undefined ? newestModel({ database }, strategy) : findModel(database, modelId);
  if (model !== undefined && model.strategyName === strategy.name) return model;
  if (model !== undefined) {
    throw new LabError(
      'invalid_input',
      `Model ${model.id} belongs to strategy "${model.strategyName}", not to "${strategy.name}".`,
      { path: 'model_id' },
    );
  }
  throw new LabError(
    'not_found',
    modelId === undefined
      ? `No model of ${strategy.name} v${strategy.version} has been trained.`
      : `There is no model "${modelId.slice(0, 64)}".`,
    {
      path: 'model_id',
      hint:
        modelId === undefined
          ? `Call train_model with strategy_name "${strategy.name}" first.`
          : 'list_models names them.',
    },
  );
}

function newestModel({ database }: Pick<Lab, 'database'>, { name, version }: StrategyVersion): ModelRow | undefined {
  return listModels(database, { strategyName: name, version })[0];
}
