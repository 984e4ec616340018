import { LabError, nearest } from '@stratlab/data/error.ts';
import type { Mutation } from '../mutation.ts';
import { addFilter } from './add_filter.ts';
import { changeArchitecture } from './change_architecture.ts';
import { changeLabel } from './change_label.ts';
import { dropInput } from './drop_input.ts';
import { flipDirection } from './flip_direction.ts';
import { perturbNumbers } from './perturb_numbers.ts';
import { swapIndicator } from './swap_indicator.ts';
import { widenSets } from './widen_sets.ts';

/** Every mutation that a call can name as an operator. */
export const mutations: readonly Mutation[] = [
  perturbNumbers,
  swapIndicator,
  widenSets,
  changeLabel,
  changeArchitecture,
  flipDirection,
  dropInput,
  addFilter,
];

export const mutationNames = mutations.map(({ name }) => name);

/** Throws `invalid_input` with the nearest known. */
export function requireMutation(name: string, path: string): Mutation {
  const found = mutations.find((mutation) => mutation.name === name);
  if (found !== undefined) return found;
  const near = nearest(name, mutationNames);
  throw new LabError(
    'invalid_input',
    `"${name.slice(0, 64)}" is not an operator. Known: ${mutationNames.join(', ')}.`,
    {
      path,
      hint: near === undefined ? 'Costs, dates and symbols are no knobs to turn.' : `Did you mean "${near}"?`,
    },
  );
}
