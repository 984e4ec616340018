import { type Metric, type MetricSample, reasons } from './metric.ts';
import { metrics } from './metrics/index.ts';
import type { Simulation } from './trade.ts';
import { tradeColumns } from './trade-columns.ts';

/** Figures by name. What has no value is null, and `undefined` says why. No figure is NaN or infinite. */
export interface Measures {
  values: Record<string, number | null>;
  undefined: Record<string, string>;
}

const headline = metrics.filter((metric) => metric.headline);

/** Computes metrics of a sample, by default the headline ones. */
export function measure(sample: MetricSample, wanted: readonly Metric[] = headline): Measures {
  const measures: Measures = { values: {}, undefined: {} };
  for (const metric of wanted) {
    const result = metric.compute(sample);
    const reason = typeof result === 'number' ? faultOf(result) : result.undefined;
    measures.values[metric.name] = typeof result === 'number' && reason === undefined ? result + 0 : null;
    if (reason !== undefined) measures.undefined[metric.name] = reason;
  }
  return measures;
}

function faultOf(value: number): string | undefined {
  if (Number.isFinite(value)) return undefined;
  return Number.isNaN(value) ? reasons.unknown : 'it is too large for a number';
}

/** What a run is annualised by and held against. */
export interface MeasuringTerms {
  /** One return per session of the run, and how many of them make a year. */
  returns: Float64Array;
  periodsPerYear: number;
  /** Return of cash per session. */
  cashRate?: number;
  /** Returns of the benchmark in the same sessions. */
  benchmark?: Float64Array;
}

export function simulationSample(run: Omit<Simulation, 'openTrade'>, terms: MeasuringTerms): MetricSample {
  return {
    initialCapital: run.initialCapital,
    equity: run.equity,
    time: run.time,
    position: run.position,
    firstBar: run.firstBar,
    trades: run.tradeColumns ?? tradeColumns(run.trades),
    costsPaid: run.commissionPaid + run.slippagePaid + Math.max(0, run.financingPaid),
    tradedNotional: run.tradedNotional,
    cashRate: 0,
    ...(run.sides === undefined ? {} : { sides: run.sides }),
    ...(run.heldBars === undefined ? {} : { heldBars: run.heldBars }),
    ...terms,
  };
}
