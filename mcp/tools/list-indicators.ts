import { listIndicators } from '@stratlab/lab/list-indicators.ts';
import { z } from 'zod';
import { readOnly } from '../data-fields.ts';
import { pagedList, paging } from '../table.ts';
import { defineTool } from '../tool.ts';

const value = z.union([z.number(), z.string()]);

export const listIndicatorsTool = defineTool({
  name: 'list_indicators',
  title: 'List indicators',
  toolset: 'data',
  description: {
    does: 'Lists the indicator types with parameters, outputs, formula, warm-up and source.',
    useWhen: 'you choose what a strategy is to look at, or a parameter was refused.',
    next: 'compute_indicators with a type of the list.',
    example: { category: 'momentum' },
  },
  input: z.strictObject({
    category: z.string().max(64).optional().describe('trend, momentum, volatility, volume, statistics or price.'),
    query: z.string().max(100).optional().describe('Part of a type, title or formula: "range".'),
    ...paging,
    limit: paging.limit.describe('Entries to answer with, 1 to 10000. Without it: as many as fit into 8 kB.'),
  }),
  output: z.object({
    indicators: z.array(
      z.object({
        type: z.string(),
        aliases: z.array(z.string()).optional(),
        title: z.string(),
        category: z.string(),
        parameters: z.array(
          z.object({
            name: z.string(),
            default: value,
            min: z.number().nullable(),
            max: z.number().nullable(),
            options: z.array(z.string()).optional(),
          }),
        ),
        inputs: z.record(z.string(), z.string()),
        outputs: z.array(z.string()),
        formula: z.string(),
        warmup_bars: z.int(),
        source: z.string(),
      }),
    ),
    total: z.int(),
    next_cursor: z.string().optional(),
  }),
  annotations: readOnly,
  run(_lab, input) {
    const { indicators, catalogue } = listIndicators(input);
    const { items, ...rest } = pagedList(indicators, input);
    return {
      summary: `${items.length} of ${indicators.length} indicators that fit, of ${catalogue} in all.`,
      indicators: items,
      total: indicators.length,
      ...rest,
    };
  },
});
