import { validateStrategy } from '@stratlab/lab/validate-strategy.ts';
import { z } from 'zod';
import { givenDocument, shownFeatures, similarStrategies, similarWords } from '../strategy-fields.ts';
import { defineTool } from '../tool.ts';

export const validateStrategyTool = defineTool({
  name: 'validate_strategy',
  title: 'Check a strategy document',
  toolset: 'strategy',
  description: {
    does: 'Checks a strategy document whole: every problem at once, its features, and earlier work like it. Keeps nothing.',
    useWhen: 'you have written or changed a document; older forms (KTRDR v2 and v3) are read too.',
    next: 'mend all errors and validate again, or create_strategy.',
    example: { yaml: 'name: cross\nversion: "4"\nrules: {enter_long: "crosses_above(sma(20), sma(50))"}' },
  },
  input: z.strictObject({
    ...givenDocument,
    name: z.string().optional().describe('A stored strategy instead of config or yaml.'),
    version: z.int().min(1).optional().describe('Its version; the newest where absent.'),
  }),
  output: z.object({
    valid: z.boolean(),
    errors: z.array(z.object({ path: z.string(), message: z.string(), hint: z.string().optional() })),
    features: z.array(z.string()).describe('What a model sees on each bar; empty where rules decide'),
    fingerprint: z.string().nullable(),
    similar: similarStrategies,
  }),
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  run(lab, input) {
    const found = validateStrategy(lab, input);
    const { valid, errors, features, similar } = found;
    if (!valid) {
      const [{ path, message }] = errors;
      const more = errors.length === 1 ? '' : ` And ${errors.length - 1} more.`;
      return {
        summary: `Not valid: ${path === '' ? '' : `${path}: `}${message}${more}`,
        ...found,
        next: [{ tool: 'get_strategy_schema', arguments: { section: 'overview' }, why: 'the grammar with an example' }],
      };
    }
    const seen = features.length === 0 ? '' : ` Its model sees ${features.length} features.`;
    const shown = shownFeatures(features);
    return {
      summary: `Valid.${seen}${similarWords(similar)}`,
      ...found,
      features: shown.features,
      warnings: [...found.warnings, ...shown.warnings],
    };
  },
});
