import { computeMetrics, metricNames } from '@stratlab/lab/compute-metrics.ts';
import { z } from 'zod';
import { defineTool } from '../tool.ts';

const figure = z.number().nullable();
const mostReturns = 100_000;
const mostTrades = 10_000;

const optional = (what: string) => z.number().optional().describe(what);
const trade = z
  .object({
    pnl: z.number().describe('Net of all costs, account currency.'),
    return: optional('Fraction of the entry value.'),
    return_pct: optional('The same.'),
    direction: z.enum(['long', 'short']).optional().describe('Where quantity has no sign.'),
    quantity: optional('Units.'),
    size: optional('The same; below 0 short.'),
    entry_bar: optional('Row of the equity curve; row 0 is before the first return.'),
    exit_bar: optional('As entry_bar.'),
    entry_price: optional('Fill price.'),
    exit_price: optional('Fill price.'),
    commission: optional('Both sides, account currency.'),
  })
  .describe('A closed trade; metrics that need what is left out are undefined, other keys are passed over.');

export const computeMetricsTool = defineTool({
  name: 'compute_metrics',
  title: 'Compute metrics',
  toolset: 'backtest',
  description: {
    does: 'Computes every performance metric of a series of returns, and of trades where some are given.',
    useWhen: 'you have returns from elsewhere, or want to check a figure. It stores nothing and counts no trial.',
    next: 'run_backtest, for figures of a strategy with its costs.',
    example: {
      returns: [0.01, -0.02, 0.015, 0.03, -0.01],
      benchmark: [0.008, -0.01, 0.012, 0.01, -0.012],
      periods_per_year: 252,
      trades: [
        { pnl: 120, return: 0.012 },
        { pnl: -80, return: -0.008 },
      ],
    },
  },
  input: z.strictObject({
    returns: z
      .array(z.number())
      .max(mostReturns)
      .describe(`Simple returns, one per period, fractions (0.01 is 1 %), oldest first; at most ${mostReturns}.`),
    benchmark: z.array(z.number()).max(mostReturns).optional().describe('Returns of a benchmark in the same periods.'),
    periods_per_year: z.number().positive().max(1_000_000).describe('Periods a year: 252 for daily stock returns.'),
    rf: z.number().min(-1).max(1).optional().describe('Return of cash per period, a fraction; 0 where left out.'),
    trades: z.array(trade).max(mostTrades).optional().describe(`Closed trades, oldest first; at most ${mostTrades}.`),
  }),
  output: z.object({
    ...Object.fromEntries(metricNames.map((name) => [name, figure])),
    undefined: z.record(z.string(), z.string()),
  }),
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  run(_lab, input) {
    const { values, undefined: reasons } = computeMetrics(input);
    return { summary: summaryOf(values, input.returns.length), ...values, undefined: reasons };
  },
});

function summaryOf(values: Record<string, number | null>, periods: number): string {
  const { total_return, sharpe, max_drawdown } = values;
  const percent = (value: number | null) => (value === null ? 'unknown' : `${(100 * value).toFixed(2)} %`);
  const ratio = sharpe === null ? 'undefined' : sharpe.toFixed(2);
  return `Return ${percent(total_return)} over ${periods} periods, Sharpe ${ratio}, deepest drawdown ${percent(max_drawdown)}.`;
}
