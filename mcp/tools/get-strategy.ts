import { getStrategy } from '@stratlab/lab/get-strategy.ts';
import { z } from 'zod';
import { defineTool } from '../tool.ts';

const longestText = 5_000;
const figure = z.number().nullable();

export const getStrategyTool = defineTool({
  name: 'get_strategy',
  title: 'Look at a strategy',
  toolset: 'strategy',
  description: {
    does: 'Shows a stored strategy: its text, its versions, its newest backtests and models.',
    useWhen: 'you want to run, change or judge it, or see how it came about.',
    next: 'run_backtest; create_strategy with the same name and a changed document makes the next version.',
    example: { name: 'moving_average_cross' },
  },
  input: z.strictObject({
    name: z.string().describe('Name of a stored strategy.'),
    version: z.int().min(1).optional().describe('Its version; the newest where absent.'),
  }),
  output: z.object({
    name: z.string(),
    version: z.int(),
    parent_name: z.string().nullable().describe('The other strategy it was made from'),
    parent_version: z.int().nullable(),
    decider: z.string(),
    fingerprint: z.string(),
    description: z.string(),
    hypothesis: z.string(),
    created_at: z.string(),
    experiment_id: z.string().nullable(),
    yaml: z.string().describe('Its text; where warnings say so, only its beginning'),
    file: z.string().describe("Where the whole text lies, below the lab's home"),
    lineage: z.array(
      z.object({
        version: z.int(),
        parent_name: z.string().nullable(),
        parent_version: z.int().nullable(),
        fingerprint: z.string(),
        reason: z.string().nullable(),
        created_at: z.string(),
      }),
    ),
    children: z.array(z.object({ name: z.string(), of_version: z.int().nullable(), reason: z.string().nullable() })),
    best_results: z.array(
      z.object({
        backtest_id: z.string(),
        symbol: z.string(),
        sample: z.string(),
        sharpe: figure,
        total_return: figure,
        verdict: z.string(),
      }),
    ),
    models: z.array(z.string()),
  }),
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  run(lab, input) {
    const found = getStrategy(lab, input);
    const { name, version, decider, lineage, best_results, models } = found;
    const results = best_results.length === 0 ? 'not backtested' : `newest verdict ${best_results[0].verdict}`;
    const untrained = decider === 'model' && models.length === 0;
    return {
      summary: `${name} v${version} of ${lineage.length}, decided by ${decider.replace('_', ' ')}; ${results}.`,
      ...found,
      ...shortened(found),
      next: [{ tool: untrained ? 'train_model' : 'run_backtest', arguments: { strategy_name: name, version } }],
    };
  },
});

/** A text too long for an answer is cut, and says where the whole is. */
function shortened({ name, yaml, file }: { name: string; yaml: string; file: string }) {
  if (yaml.length <= longestText) return {};
  const warning = `yaml: the first ${longestText} of ${yaml.length} characters; the whole lies in ${file}.`;
  const attachments = [
    { type: 'resource_link' as const, uri: `lab://strategies/${name}`, name, mimeType: 'application/yaml' },
  ];
  return { yaml: yaml.slice(0, longestText), warnings: [warning], attachments };
}
