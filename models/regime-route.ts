import { likeliest } from './class-metrics.ts';

/** A row in no regime: the gate is less sure of any than the threshold. */
const NONE = -1;
/** A row that the gate cannot answer. */
const UNKNOWN = -2;

/** How a gate's probabilities become shares of the models behind it. */
export interface RegimeRoute {
  /** Per regime, in the order of the gate's classes, the place of the model that decides in it; -1: none does. */
  readonly expertOf: readonly number[];
  readonly experts: number;
  /** Null: every model decides by its probability. Else the likeliest regime's alone, where that is at least so likely. */
  readonly threshold: number | null;
}

/**
 * What part each model has in each row's decision (rows x models, row-major), and what is left over where none decides:
 * nothing is done. `regimes` holds the gate's probabilities, row-major; a row of NaN gives a row of NaN.
 */
export function sharesOf(route: RegimeRoute, regimes: Float64Array): Float64Array {
  const { expertOf, threshold } = route;
  return threshold === null
    ? probabilitiesOf(route, regimes)
    : chosenShares(route, likeliestRegimes(regimes, expertOf.length, threshold));
}

/** The probability of each model's regimes together. */
export function probabilitiesOf({ expertOf, experts }: RegimeRoute, regimes: Float64Array): Float64Array {
  const classes = expertOf.length;
  const shares = new Float64Array((regimes.length / classes) * experts);
  for (let row = 0; row * classes < regimes.length; row++) {
    for (const [regime, expert] of expertOf.entries()) {
      if (expert >= 0) shares[row * experts + expert] += regimes[row * classes + regime];
    }
  }
  return shares;
}

/** 1 for the model of each row's regime. */
export function chosenShares({ expertOf, experts }: RegimeRoute, chosen: Int32Array): Float64Array {
  const shares = new Float64Array(chosen.length * experts);
  chosen.forEach((regime, row) => {
    if (regime === UNKNOWN) shares.fill(Number.NaN, row * experts, (row + 1) * experts);
    else if (regime !== NONE && expertOf[regime] >= 0) shares[row * experts + expertOf[regime]] = 1;
  });
  return shares;
}

/** The likeliest regime of each row, the first of equals. */
export function likeliestRegimes(regimes: Float64Array, classes: number, threshold: number): Int32Array {
  return Int32Array.from({ length: regimes.length / classes }, (_, row) => {
    const regime = likeliest(regimes, row, classes);
    const probability = regimes[row * classes + regime];
    if (Number.isNaN(probability)) return UNKNOWN;
    return probability >= threshold ? regime : NONE;
  });
}

/**
 * The regimes of rows in time order, each new one taken only once it was the likeliest on `bars` rows in a row, so that
 * a gate that flickers costs no trades. The first that is known is taken at once.
 */
export function steadyRegimes(chosen: Int32Array, bars: number): Int32Array {
  let settled = UNKNOWN;
  let pending = UNKNOWN;
  let seen = 0;
  return chosen.map((regime) => {
    if (regime === UNKNOWN) return regime;
    seen = regime === pending ? seen + 1 : 1;
    pending = regime;
    if (settled === UNKNOWN || seen >= bars) settled = regime;
    return settled;
  });
}

/** 1 on each row whose regime is another than that of the last known row before it. */
export function regimeSwitches(chosen: Int32Array): Uint8Array {
  let last = UNKNOWN;
  return Uint8Array.from(chosen, (regime) => {
    if (regime === UNKNOWN) return 0;
    const switched = last !== UNKNOWN && regime !== last;
    last = regime;
    return Number(switched);
  });
}
