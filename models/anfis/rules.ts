import { type AnfisSpec, layoutOf, partsOf } from './layout.ts';

/** One fuzzy set of an input, in the (normalised) units in which the model sees that input. */
export interface FuzzySet {
  /** Position of the input among the features. */
  readonly input: number;
  /** Position of the set among those of its input; rules refer to it. */
  readonly set: number;
  readonly type: AnfisSpec['membership'];
  readonly centre: number;
  readonly width: number;
  /** Of a bell: how steep its flanks are; null for a Gaussian. */
  readonly slope: number | null;
}

/** If every input is in its set, then each output is its constant plus its slopes times the inputs. */
export interface Rule {
  /** Position in `sets` of one set per input, in the order of the inputs. */
  readonly premises: readonly number[];
  /** Per output (class); `slopes` is empty where consequents are constant. */
  readonly consequents: readonly { readonly slopes: readonly number[]; readonly constant: number }[];
}

/** What an ANFIS has learned, to be put in words. */
export function rulesOf(spec: AnfisSpec, weights: Float64Array): { sets: FuzzySet[]; rules: Rule[] } {
  const layout = layoutOf(spec);
  const { premises, consequents } = partsOf(layout, weights);
  const { inputs, sets: perInput, rules: count, terms, outputs, parameters, setOf } = layout;
  const sets = Array.from({ length: inputs * perInput }, (_, at): FuzzySet => {
    const [centre, width, slope = null] = premises.subarray(at * parameters, (at + 1) * parameters);
    return { input: Math.floor(at / perInput), set: at % perInput, type: spec.membership, centre, width, slope };
  });
  const rules = Array.from(
    { length: count },
    (_, r): Rule => ({
      premises: Array.from({ length: inputs }, (_, i) => i * perInput + setOf[r * inputs + i]),
      consequents: Array.from({ length: outputs }, (_, k) => {
        const own = Array.from({ length: terms }, (_, term) => consequents[(r * terms + term) * outputs + k]);
        return { slopes: own.slice(0, -1), constant: own[terms - 1] };
      }),
    }),
  );
  return { sets, rules };
}
