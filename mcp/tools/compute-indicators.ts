import { computeIndicators } from '@stratlab/lab/compute-indicators.ts';
import { z } from 'zod';
import { barsSeen, dates, readOnly, symbol } from '../data-fields.ts';
import { timeframe } from '../fields.ts';
import { defineTool } from '../tool.ts';

const figure = z.number().nullable();

export const computeIndicatorsTool = defineTool({
  name: 'compute_indicators',
  title: 'Compute indicators',
  toolset: 'data',
  description: {
    does: 'Computes indicators: their range (to place fuzzy sets), or with limit their last values.',
    useWhen:
      'you write fuzzy sets or thresholds and need to know which values occur. It shows no result of a rule and counts no trial.',
    next: 'create_strategy with fuzzy sets between q05 and q95.',
    example: {
      symbol: 'SPX',
      timeframe: '1d',
      indicators: { rsi_14: { type: 'rsi', period: 14, source: 'close' }, adx_14: { type: 'adx' } },
    },
  },
  input: z.strictObject({
    symbol,
    timeframe,
    indicators: z
      .record(z.string(), z.record(z.string(), z.unknown()))
      .describe(
        'id -> {type, <parameter>: value, source?: a price field, another id, or id.output}; list_indicators shows the types.',
      ),
    ...dates,
    limit: z
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .describe('Answer with the last so many bars, 1 to 10000, instead of statistics.'),
  }),
  output: z.object({
    ...barsSeen,
    statistics: z
      .record(
        z.string(),
        z.object({
          min: figure,
          q05: figure,
          q25: figure,
          median: figure,
          q75: figure,
          q95: figure,
          max: figure,
          last: figure,
        }),
      )
      .optional(),
    timestamps: z.array(z.string()).optional(),
    columns: z.record(z.string(), z.array(figure)).optional(),
  }),
  annotations: readOnly,
  run(lab, input) {
    const computed = computeIndicators(lab, input);
    const { symbol, timeframe, data_points, date_range } = computed;
    const names = Object.keys(computed.columns ?? computed.statistics ?? {});
    const what = computed.timestamps === undefined ? 'Range' : `Last ${computed.timestamps.length} values`;
    const span = `${data_points} bars of ${symbol} ${timeframe}, ${date_range.start.slice(0, 10)} to ${date_range.end.slice(0, 10)}`;
    return {
      summary: `${what} of ${shortList(names)} over ${span}.`,
      ...computed,
      next: [{ tool: 'get_strategy_schema', arguments: {}, why: 'how fuzzy sets are written' }],
    };
  },
});

function shortList(names: string[]): string {
  return names.length <= 6 ? names.join(', ') : `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`;
}
