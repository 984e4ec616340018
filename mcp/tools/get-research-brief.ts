import { getResearchBrief } from '@stratlab/lab/get-research-brief.ts';
import { z } from 'zod';
import type { NextCall } from '../answer.ts';
import { bytesOf } from '../budget.ts';
import { readOnly } from '../data-fields.ts';
import { budgetFields, budgetLeft, criterion } from '../knowledge-fields.ts';
import { defineTool } from '../tool.ts';

const largestAnswer = 4000;
const figure = z.number().nullable();
const insights = z.array(z.object({ insight_id: z.string(), text: z.string(), importance: z.int() }));

export const getResearchBriefTool = defineTool({
  name: 'get_research_brief',
  title: 'What is known and under way',
  toolset: 'knowledge',
  description: {
    does: 'Says in 4 kB what is known and under way: open experiment, tasks, last results, insights, markets, speed.',
    useWhen: 'a session begins, or you come back after a pause or a lost context.',
    next: 'what its next says; start_experiment where nothing is open.',
    example: { topic: 'mean reversion', symbol: 'SPX' },
  },
  input: z.strictObject({
    topic: z.string().trim().min(1).max(200).optional().describe('Words that the insights shown should speak of.'),
    symbol: z.string().optional().describe('Only results and markets of this symbol.'),
    experiment_id: z.string().optional().describe('The experiment to go on with; the newest open one where absent.'),
  }),
  output: z.object({
    experiment: z
      .object({
        experiment_id: z.string(),
        name: z.string(),
        hypothesis: z.string(),
        criterion,
        status: z.enum(['open', 'ended']),
        spent: budgetFields.spent,
        budget_left: budgetLeft,
      })
      .nullable(),
    tasks: z.array(
      z.object({
        task_id: z.string(),
        kind: z.string(),
        subject: z.string(),
        status: z.string(),
        progress: z.number(),
        eta_ms: figure,
      }),
    ),
    results: z.array(
      z.object({
        backtest_id: z.string(),
        strategy: z.string(),
        symbol: z.string(),
        timeframe: z.string(),
        sample: z.string(),
        sharpe: figure,
        verdict: z.string(),
      }),
    ),
    held: insights,
    failed: insights,
    hypotheses: insights,
    markets: z.array(
      z.object({
        symbol: z.string(),
        timeframes: z.array(z.string()),
        start: z.string().nullable(),
        end: z.string().nullable(),
        sealed_from: z.string().nullable(),
        synthetic: z.boolean(),
        trials: z.object({ family: z.int(), family_name: z.string() }),
        costs: z.record(z.string(), z.union([z.number(), z.string()])).nullable(),
      }),
    ),
    speed: z.object({ train_ms: figure, backtest_ms: figure }),
  }),
  annotations: readOnly,
  run(lab, input) {
    const brief = getResearchBrief(lab, input);
    const answer = { summary: inWords(brief), ...brief, next: callsFor(brief, input.topic).slice(0, 3) };
    while (bytesOf(answer) > largestAnswer && answer.next.length > 1) answer.next.pop();
    return answer;
  },
});

type Brief = ReturnType<typeof getResearchBrief>;

function inWords({ experiment, tasks, results, held, failed }: Brief): string {
  const open =
    experiment === null
      ? 'No experiment is open'
      : `${experiment.status === 'open' ? 'Open' : 'Ended'}: "${experiment.name}", ${experiment.spent.trials} trials spent`;
  const convincing = results.filter(({ verdict }) => verdict !== 'no_evidence').length;
  const last =
    results.length === 0 ? 'no result yet' : `${convincing} of the last ${results.length} results show evidence`;
  return `${open}; ${tasks.length} tasks to look at; ${last}; ${held.length} insights held, ${failed.length} failed.`;
}

function callsFor({ experiment, tasks, results, hypotheses, markets }: Brief, topic: string | undefined): NextCall[] {
  const calls: NextCall[] = [];
  if (tasks.length > 0) calls.push({ tool: 'get_task_status', arguments: { wait_ms: 20_000 } });
  if (experiment !== null) {
    calls.push({ tool: 'get_experiment', arguments: { experiment_id: experiment.experiment_id } });
  }
  if (markets.length === 0) calls.push({ tool: 'list_market_data', arguments: {} });
  if (experiment === null && hypotheses.length > 0) {
    const [{ insight_id, text }] = hypotheses;
    const name = `Test of ${insight_id}`;
    calls.push({
      tool: 'start_experiment',
      arguments: { name, hypothesis: text },
      why: 'add a criterion and a budget',
    });
  }
  if (topic !== undefined) calls.push({ tool: 'search_insights', arguments: { query: topic } });
  if (results.length > 0) calls.push({ tool: 'get_backtest', arguments: { backtest_id: results[0].backtest_id } });
  calls.push({ tool: 'get_failed_strategies', arguments: {} }, { tool: 'list_market_data', arguments: {} });
  return [...new Map(calls.map((call) => [call.tool, call])).values(), { tool: 'get_strategy_schema', arguments: {} }];
}
