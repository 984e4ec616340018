import type { AnyDocument } from '@stratlab/strategies/document.ts';
import type { Feature } from '@stratlab/strategies/features.ts';
import type { Strategy } from '@stratlab/strategies/strategy.ts';
import type { CompositionBlock } from './composition-block.ts';
import { inputsOf, type ModelBlock } from './model-block.ts';

/** What the networks of a strategy look at. */
export interface Inputs {
  /** In the order of the model's inputs. */
  readonly model: readonly Feature[];
  /** In the order of the gate's inputs; none where there is no gate. */
  readonly gate: readonly Feature[];
  /** Those of the model, then those that only the gate looks at. */
  readonly all: readonly Feature[];
}

export function allInputs(
  strategy: Strategy<AnyDocument>,
  { model, composition }: { model: ModelBlock; composition: CompositionBlock | null },
): Inputs {
  const own = inputsOf(strategy, model);
  if (composition === null) return { model: own, gate: [], all: own };
  const gate = inputsOf(strategy, composition.gate.model, composition.gate.nn_inputs);
  const known = new Set(own.map(({ name }) => name));
  return { model: own, gate, all: [...own, ...gate.filter(({ name }) => !known.has(name))] };
}
