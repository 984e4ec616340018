import { chartPng, chartSubjects } from '@stratlab/lab/chart-png.ts';
import { z } from 'zod';
import { defineTool } from '../tool.ts';

const kinds = Object.entries(chartSubjects);

export const getChartTool = defineTool({
  name: 'get_chart',
  title: 'Draw a chart',
  toolset: 'backtest',
  description: {
    does: 'Draws one chart as a PNG picture.',
    useWhen: 'a picture says more than figures: equity, drawdowns, trades, losses, fuzzy sets, a market.',
    next: 'get_backtest for the figures behind it.',
    example: { id: 'backtest_2h7k9m4qxw', kind: 'equity' },
  },
  input: z.strictObject({
    id: z.string().describe(`What it shows. ${kinds.map(([kind, subject]) => `${kind}: ${subject}`).join('; ')}.`),
    kind: z.enum(kinds.map(([kind]) => kind)).describe('Which chart.'),
  }),
  output: z.object({ kind: z.string(), id: z.string(), bytes: z.int() }),
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  picture: true,
  async run(lab, { id, kind }) {
    const png = await chartPng(lab, { id, kind });
    return {
      summary: `The ${kind} chart of ${id}.`,
      kind,
      id,
      bytes: png.length,
      attachments: [{ type: 'image', data: Buffer.from(png).toString('base64'), mimeType: 'image/png' }],
    };
  },
});
