import { computeAll, computedNames, type ReportedTrade } from '@stratlab/backtests/compute-metrics.ts';
import { LabError } from '@stratlab/data/error.ts';

/** A closed trade as a caller writes it; `size` and `return_pct` are other names of `quantity` and `return`. */
interface WrittenTrade {
  pnl: number;
  return?: number | undefined;
  return_pct?: number | undefined;
  direction?: 'long' | 'short' | undefined;
  quantity?: number | undefined;
  size?: number | undefined;
  entry_bar?: number | undefined;
  exit_bar?: number | undefined;
  entry_price?: number | undefined;
  exit_price?: number | undefined;
  commission?: number | undefined;
}

interface MetricsRequest {
  /** Simple, one per period. */
  returns: readonly number[];
  benchmark?: readonly number[] | undefined;
  periods_per_year: number;
  /** Return of cash per period. */
  rf?: number | undefined;
  trades?: readonly WrittenTrade[] | undefined;
}

export const metricNames: readonly string[] = computedNames;

/** Every metric by name, null where it is undefined, and why. Throws `invalid_input` for series of unequal length. */
export function computeMetrics({ returns, benchmark, periods_per_year, rf, trades }: MetricsRequest) {
  if (benchmark !== undefined && benchmark.length !== returns.length) {
    throw new LabError('invalid_input', `benchmark has ${benchmark.length} returns, and returns ${returns.length}.`, {
      path: 'benchmark',
      hint: 'Give the benchmark over the same periods.',
    });
  }
  const { values, undefined: reasons } = computeAll({
    returns: Float64Array.from(returns),
    periodsPerYear: periods_per_year,
    ...(benchmark === undefined ? {} : { benchmark: Float64Array.from(benchmark) }),
    ...(rf === undefined ? {} : { rf }),
    ...(trades === undefined ? {} : { trades: trades.map(reported) }),
  });
  return { values, undefined: reasons };
}

function reported(trade: WrittenTrade): ReportedTrade {
  return {
    pnl: trade.pnl,
    direction: trade.direction,
    return: trade.return ?? trade.return_pct,
    entryBar: trade.entry_bar,
    exitBar: trade.exit_bar,
    entryPrice: trade.entry_price,
    exitPrice: trade.exit_price,
    quantity: trade.quantity ?? trade.size,
    commission: trade.commission,
  };
}
