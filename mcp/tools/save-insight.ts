import { longestInsight, saveInsight } from '@stratlab/lab/save-insight.ts';
import { z } from 'zod';
import { experimentId } from '../fields.ts';
import { category, similar, tags, writes } from '../knowledge-fields.ts';
import { defineTool } from '../tool.ts';

export const saveInsightTool = defineTool({
  name: 'save_insight',
  title: 'Save an insight',
  toolset: 'knowledge',
  description: {
    does: 'Keeps one thing learnt, with the ids of what it rests on, so that later sessions find it.',
    useWhen: 'something held, failed or is worth trying. Failures matter most: they save the next one the work.',
    next: 'end_experiment once its question is answered.',
    example: {
      category: 'failure',
      content: 'RSI(14) < 30 entries on SPX 1d lose to buy-and-hold after costs: Sharpe 0.31 against 0.48.',
      tags: ['rsi', 'spx'],
      importance: 7,
    },
  },
  input: z.strictObject({
    category: category.describe(
      'pattern: of the market; success, failure: of a strategy; hypothesis: to try; technique.',
    ),
    content: z
      .string()
      .trim()
      .min(1)
      .max(longestInsight)
      .describe('What was learnt, with figures. 1 to 8000 characters.'),
    tags: tags.optional().describe('Words to find it by.'),
    importance: z.int().min(1).max(10).default(5).describe('1 (a note) to 10 (changes what to do).'),
    experiment_id: experimentId,
    evidence_ids: z
      .array(z.string())
      .max(50)
      .optional()
      .describe('What it rests on: backtest_…, model_…, experiment_…, insight_…. A success needs a backtest.'),
  }),
  output: z.object({ insight_id: z.string(), similar }),
  annotations: writes,
  run(lab, input) {
    const { insight_id, similar: found, warnings } = saveInsight(lab, input);
    const known = found.length === 0 ? 'nothing like it was known' : `${found.length} like it were known`;
    return { summary: `Saved ${insight_id}; ${known}.`, insight_id, similar: found, warnings };
  },
});
