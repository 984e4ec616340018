import { createStrategy } from '@stratlab/lab/create-strategy.ts';
import { z } from 'zod';
import { experimentId } from '../fields.ts';
import { givenDocument, shownFeatures, similarStrategies, similarWords } from '../strategy-fields.ts';
import { defineTool } from '../tool.ts';

export const createStrategyTool = defineTool({
  name: 'create_strategy',
  title: 'Create a strategy',
  toolset: 'strategy',
  description: {
    does: 'Keeps a strategy under a name. A changed document under a known name becomes its next version.',
    useWhen: 'a document validates. An invalid one is refused with all its problems.',
    next: 'train_model where a model decides, else run_backtest.',
    example: {
      name: 'moving_average_cross',
      yaml: 'version: "4"\nrules: {enter_long: "crosses_above(sma(20), sma(50))", exit_long: "sma(20) < sma(50)"}',
    },
  },
  input: z.strictObject({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,63}$/)
      .describe('1 to 64 lower-case letters, digits and _, a letter first; replaces the name in the document.'),
    ...givenDocument,
    description: z.string().max(4000).optional().describe('Replaces the description in the document.'),
    dry_run: z.boolean().optional().describe('True: answer as if, keep nothing.'),
    experiment_id: experimentId,
  }),
  output: z.object({
    name: z.string(),
    version: z.int(),
    fingerprint: z.string(),
    features: z.array(z.string()).describe('What a model sees on each bar; empty where rules decide'),
    similar: similarStrategies,
    created: z.boolean().describe('False where it was there before, or after dry_run'),
  }),
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  run(lab, input) {
    const made = createStrategy(lab, input);
    const { name, version, created, features, similar } = made;
    const what = created ? 'Created' : input.dry_run === true ? 'Would be' : 'There already:';
    const next = {
      tool: features.length > 0 ? 'train_model' : 'run_backtest',
      arguments: { strategy_name: name, version },
    };
    const shown = shownFeatures(features);
    return {
      summary: `${what} ${name} v${version}.${similarWords(similar)}`,
      ...made,
      features: shown.features,
      warnings: [...made.warnings, ...shown.warnings],
      next: input.dry_run === true ? [] : [next],
    };
  },
});
