import type { Predictor } from '@stratlab/models/predict.ts';
import type { ModelSpec } from '@stratlab/models/spec.ts';

/** Which rows an explanation looks at and how often, so that it answers in a few seconds however large the model. */
export interface ExplanationPlan {
  /** Places among the rows of the part, ascending. */
  readonly explained: number[];
  /** Places among those, ascending, on which features are permuted; none where that would take too long. */
  readonly important: number[];
  /** Permutations per feature. */
  readonly repeats: number;
  /** Rows that rules are learnt from. */
  readonly mostTaught: number;
  readonly warnings: string[];
}

type Sized = Pick<Predictor, 'spec' | 'weights'>;

/** Multiplications and look-ups that one call may spend on predictions. */
const callWork = 4e9;
/** What a row costs beside its prediction. */
const workBeside = 500;
const repeats = { most: 20, least: 3 };
const mostTaught = 10_000;

/** The same for the same model and rows: by count of operations, not by the clock. */
export function planExplanation(members: readonly Sized[], rows: number, groups: number): ExplanationPlan {
  const affordable = Math.max(1, Math.floor(callWork / workPerRow(members)));
  const explained = latest(rows, Math.floor(affordable / 4));
  const forImportance = affordable / 2;
  const wished = Math.floor(forImportance / (groups * explained.length));
  const chosen = Math.max(repeats.least, Math.min(repeats.most, wished));
  const permuted = Math.floor(forImportance / (groups * chosen));
  const important = permuted < fewestRows ? [] : latest(explained.length, permuted);
  const warnings: string[] = [];
  if (explained.length < rows)
    warnings.push(`The model is large: only the last ${explained.length} of ${rows} rows are explained.`);
  if (important.length === 0) warnings.push('The model is too large to permute its features: no feature_importance.');
  else if (important.length < explained.length)
    warnings.push(`feature_importance goes by the last ${important.length} of ${explained.length} rows.`);
  const taught = Math.max(1, Math.min(mostTaught, Math.floor(affordable / 4)));
  return { explained, important, repeats: chosen, mostTaught: taught, warnings };
}

const fewestRows = 100;

function latest(rows: number, most: number): number[] {
  const count = Math.min(rows, Math.max(fewestRows, most));
  return Array.from({ length: count }, (_, k) => rows - count + k);
}

function workPerRow(members: readonly Sized[]): number {
  return members.reduce((sum, { spec, weights }) => sum + workOf(spec, weights.length), workBeside);
}

/** About the multiplications and look-ups of one prediction. */
function workOf(spec: ModelSpec, weights: number): number {
  switch (spec.type) {
    case 'lstm':
    case 'gru':
      return weights * spec.sequenceLength;
    case 'gradient_boosting':
      return 4 * spec.rounds * spec.depth * spec.outputs;
    case 'anfis': {
      const rules = spec.partition === 'grid' ? spec.sets ** spec.inputs : spec.rules;
      return 2 * weights + rules * spec.inputs;
    }
    default:
      return weights;
  }
}
