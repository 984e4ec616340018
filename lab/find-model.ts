import { LabError } from '@stratlab/data/error.ts';
import { findModel, type ModelRow } from '@stratlab/knowledge/results.ts';
import type { Lab } from './lab.ts';

/** Throws `not_found`. */
export function requireModelRow({ database }: Pick<Lab, 'database'>, id: string): ModelRow {
  const row = findModel(database, id);
  if (row !== undefined) return row;
  throw new LabError('not_found', `There is no model "${id.slice(0, 64)}".`, {
    path: 'model_id',
    hint: 'list_models names them.',
  });
}
