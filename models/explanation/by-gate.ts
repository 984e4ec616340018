import { figuresOf, type GroupFigures } from './by-regime.ts';
import type { Outcome } from './task.ts';

/** What happened where a gate named one regime. */
export interface NamedRegime extends GroupFigures {
  readonly regime: string;
  /** Rows on which the gate found it the likeliest. */
  readonly rows: number;
  /** Share of them in which it came true; null where there are none. */
  readonly cameTrue: number | null;
}

/** How the models behind a gate did where it named each regime. `gate` is what it said and what came true. */
export function byGate(gate: Outcome, outcome: Outcome, forward: Float64Array): NamedRegime[] {
  return gate.classes.map((regime, k) => {
    const rows = Array.from(gate.said.keys()).filter((row) => gate.said[row] === k);
    const hits = rows.filter((row) => gate.truth[row] === k).length;
    const cameTrue = rows.length === 0 ? null : hits / rows.length;
    return { regime, rows: rows.length, cameTrue, ...figuresOf(outcome, forward, rows) };
  });
}
