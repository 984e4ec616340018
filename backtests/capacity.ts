import type { Bars } from '@stratlab/data/bars.ts';
import { percentile } from './statistics/percentile.ts';
import type { Simulation } from './trade.ts';

/** A fill may be this share of its bar's volume before it is likely to move the price. */
const participation = 0.01;
/** The share of fills that may be larger than that. */
const exceeding = 0.05;

export interface Capacity {
  /** Account currency; null with a reason. */
  capital: number | null;
  undefined?: string;
  /** Fills that were looked at: those of closed trades in bars with volume. */
  fills: number;
  /** Median and largest share of its bar's volume that a fill of this run was. */
  medianShare: number | null;
  largestShare: number | null;
}

/**
 * The capital up to which the run's fills would have stayed within 1 % of the volume of their bars, but for the largest
 * twentieth of them: the 0.05 quantile over fills of equity before the fill x 0.01 x volume / units, position sizes being
 * taken to grow with the equity. Undefined without fills in bars that have volume. Source: participation-rate capacity,
 * R. Kissell (2013), The Science of Algorithmic Trading and Portfolio Management, ch. 4; the rates are conventions.
 */
export function capacity(
  bars: Bars,
  run: Pick<Simulation, 'trades' | 'equity' | 'firstBar' | 'initialCapital'>,
): Capacity {
  const limits: number[] = [];
  const shares: number[] = [];
  for (const { entryBar, exitBar, quantity } of run.trades) {
    for (const bar of [entryBar, exitBar]) {
      const volume = bars.volume[bar];
      const equity = run.equity[bar - run.firstBar - 1] ?? run.initialCapital;
      if (!(volume > 0) || !(equity > 0)) continue;
      shares.push(quantity / volume);
      limits.push((equity * participation * volume) / quantity);
    }
  }
  const fills = limits.length;
  if (fills === 0) {
    const reason = run.trades.length === 0 ? 'there are no closed trades' : 'the bars of its fills have no volume';
    return { capital: null, undefined: reason, fills, medianShare: null, largestShare: null };
  }
  const sorted = Float64Array.from(shares).sort();
  return {
    capital: percentile(Float64Array.from(limits).sort(), exceeding),
    fills,
    medianShare: percentile(sorted, 0.5),
    largestShare: sorted[fills - 1],
  };
}
