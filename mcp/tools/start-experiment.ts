import { metricNames } from '@stratlab/lab/criterion.ts';
import { startExperiment } from '@stratlab/lab/start-experiment.ts';
import { z } from 'zod';
import { similar, tags, writes } from '../knowledge-fields.ts';
import { defineTool } from '../tool.ts';

export const startExperimentTool = defineTool({
  name: 'start_experiment',
  title: 'Start an experiment',
  toolset: 'knowledge',
  description: {
    does: 'Writes down a hypothesis, its criterion and a budget before any result is seen, and names earlier work like it.',
    useWhen: 'you begin to look into an idea.',
    next: 'pass experiment_id to every call that takes one; end_experiment when the budget is spent.',
    example: {
      name: 'RSI reversion on the S&P 500',
      hypothesis: 'After an RSI(14) below 30 the index rises within ten days by more than it does on average.',
      criterion: { metric: 'sharpe', threshold: 0.6 },
      budget: { trials: 10, minutes: 60 },
    },
  },
  input: z.strictObject({
    name: z.string().trim().min(1).max(100).describe('A short title.'),
    hypothesis: z
      .string()
      .trim()
      .min(1)
      .max(2000)
      .describe('What is claimed, so that it can turn out false: what happens, when, in which direction.'),
    criterion: z
      .strictObject({
        metric: z.string().describe(`One of ${metricNames.join(', ')}.`),
        threshold: z.number().describe('What the metric has to reach out of sample, after costs, in its own unit.'),
      })
      .optional()
      .describe('What will count as support.'),
    budget: z
      .strictObject({
        trials: z.int().min(1).max(100_000).optional().describe('Distinct rules whose result may be seen.'),
        minutes: z.number().positive().max(1_000_000).optional().describe('Minutes from now.'),
      })
      .optional()
      .describe('What may be spent.'),
    tags: tags.optional().describe('Words to find it by.'),
    parent_id: z.string().optional().describe('Experiment that this one goes on from (experiment_…).'),
  }),
  output: z.object({ experiment_id: z.string(), similar }),
  annotations: writes,
  run(lab, input) {
    const { experiment_id, similar: found, warnings } = startExperiment(lab, input);
    const known = found.length === 0 ? 'nothing like it is known' : `${found.length} like it came before`;
    return {
      summary: `Started ${experiment_id}; ${known}.`,
      experiment_id,
      similar: found,
      warnings,
      next: [
        { tool: 'list_market_data', arguments: {}, why: 'which bars there are' },
        {
          tool: 'search_insights',
          arguments: { query: input.hypothesis.slice(0, 300) },
          why: 'what was learnt before',
        },
        { tool: 'get_strategy_schema', arguments: {} },
      ],
    };
  },
});
