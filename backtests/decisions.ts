import type { PositionState } from '@stratlab/strategies/position-state.ts';

/** A formula that may read the open position, at the close of `bar`. */
export type StateFormula<Value> = (bar: number, state: Readonly<PositionState>) => Value;

/** The formula prices of an `execution` block, compiled; each is there where the block has that formula. */
export interface DecisionPrices {
  entry?: StateFormula<number>;
  entryLimit?: StateFormula<number>;
  stopLoss?: StateFormula<number>;
  /** One per entry of `take_profit`; null where that one is not a formula. */
  takeProfit?: (StateFormula<number> | null)[];
  trailing?: StateFormula<number>;
}

/**
 * What the simulated market is told, as columns of the bars' length: 1 = true at that bar's close.
 * A side whose entry and exit are both true, or both sides' entries, is no entry.
 */
export interface Decisions {
  /** First bar at whose close a decision may be taken; earlier bars are warm-up and no part of the result. */
  firstBar: number;
  /** The data end before this bar. */
  endBar: number;
  enterLong: Uint8Array;
  exitLong: Uint8Array;
  enterShort: Uint8Array;
  exitShort: Uint8Array;
  /** |signal| in [0, 1], which `confidence` sizing needs; null where there is no signal. */
  strength: Float64Array | null;
  /** Exits that read the open position; either these or the columns close it. */
  exitLongAt: StateFormula<boolean> | null;
  exitShortAt: StateFormula<boolean> | null;
  prices: DecisionPrices;
  /** Least bars between two decisions to enter; 0 for no limit. */
  minSeparation: number;
  /** Every bar that a column names, ascending, and one at or behind `endBar` after the last; else the columns are searched. */
  deciding?: Int32Array;
}

/** Decisions over all of `bars` bars that never trade; what a caller starts from. */
export function noDecisions(bars: number): Decisions {
  return {
    firstBar: 0,
    endBar: bars,
    enterLong: new Uint8Array(bars),
    exitLong: new Uint8Array(bars),
    enterShort: new Uint8Array(bars),
    exitShort: new Uint8Array(bars),
    strength: null,
    exitLongAt: null,
    exitShortAt: null,
    prices: {},
    minSeparation: 0,
  };
}

export interface SignalRule {
  /** A position is wanted where |signal| reaches it, and is not 0. */
  threshold: number;
  direction: 'long' | 'short' | 'both';
  minSeparation?: number;
  /** 1 where an entry is allowed; exits always are. */
  when?: Uint8Array | null;
  /** True: flat again as soon as the signal falls below the threshold. False: held until the opposite signal. */
  positionAwareness?: boolean;
  firstBar?: number;
  endBar?: number;
}

/**
 * A position in the direction of a signal in [-1, 1]. Entries stay wanted on every bar where the signal reaches the
 * threshold, so a position that a stop has closed is taken again. A NaN signal wants none.
 */
export function decisionsFromSignal(signal: Float64Array, rule: SignalRule): Decisions {
  const { threshold, direction, when = null, positionAwareness = true } = rule;
  const rows = signal.length;
  const decisions = noDecisions(rows);
  const strength = new Float64Array(rows);
  for (let t = 0; t < rows; t++) {
    const size = Math.min(1, Math.abs(signal[t]));
    strength[t] = size;
    const wanted = size >= threshold && size > 0 ? Math.sign(signal[t]) : 0;
    const allowed = when === null || when[t] === 1;
    decisions.enterLong[t] = Number(wanted > 0 && allowed && direction !== 'short');
    decisions.enterShort[t] = Number(wanted < 0 && allowed && direction !== 'long');
    decisions.exitLong[t] = Number(positionAwareness ? wanted <= 0 : wanted < 0);
    decisions.exitShort[t] = Number(positionAwareness ? wanted >= 0 : wanted > 0);
  }
  return {
    ...decisions,
    strength,
    minSeparation: rule.minSeparation ?? 0,
    firstBar: rule.firstBar ?? 0,
    endBar: rule.endBar ?? rows,
  };
}
