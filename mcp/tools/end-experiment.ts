import { endExperiment } from '@stratlab/lab/end-experiment.ts';
import { z } from 'zod';
import { budgetFields, outcome, writes } from '../knowledge-fields.ts';
import { defineTool } from '../tool.ts';

export const endExperimentTool = defineTool({
  name: 'end_experiment',
  title: 'End an experiment',
  toolset: 'knowledge',
  description: {
    does: 'Closes an experiment with its outcome, holds that against its criterion, and writes an HTML report.',
    useWhen: 'its question is answered or its budget is spent. "Refuted" is a good result; nothing can be added later.',
    next: 'save_insight with what was learnt.',
    example: {
      experiment_id: 'experiment_2h7k9m4qxw',
      conclusion: 'Sharpe 0.31 out of sample against 0.48 for buy-and-hold: no edge after costs.',
      outcome: 'refuted',
    },
  },
  input: z.strictObject({
    experiment_id: z.string().describe('experiment_…'),
    conclusion: z.string().trim().min(1).max(2000).describe('What was found, with figures and ids.'),
    outcome: outcome.describe('By the criterion as it was written.'),
  }),
  output: z.object({
    experiment_id: z.string(),
    name: z.string(),
    outcome,
    criterion_check: z
      .object({
        metric: z.string(),
        threshold: z.number(),
        best: z.number().nullable(),
        sample: z.enum(['out_of_sample', 'mixed', 'in_sample']).nullable(),
        backtest_id: z.string().nullable(),
        met: z.boolean(),
      })
      .nullable(),
    ...budgetFields,
    report: z.string().nullable(),
  }),
  annotations: writes,
  async run(lab, input) {
    const ended = await endExperiment(lab, input);
    const { name, criterion_check: check, spent } = ended;
    const held = check === null ? '' : `, its criterion ${check.met ? 'met' : 'not met'}`;
    const evidence = check?.backtest_id ? { evidence_ids: [check.backtest_id] } : {};
    return {
      summary: `${capital(input.outcome)}: "${name}" ended after ${spent.trials} trials${held}.`,
      ...ended,
      next: [
        {
          tool: 'save_insight',
          arguments: {
            category: input.outcome === 'refuted' ? 'failure' : 'pattern',
            content: input.conclusion,
            experiment_id: input.experiment_id,
            ...evidence,
          },
        },
      ],
    };
  },
});

function capital(word: string): string {
  return `${word[0].toUpperCase()}${word.slice(1)}`;
}
