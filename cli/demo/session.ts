import { z } from 'zod';
import { connect, type DemoAnswer, type DemoClient } from './client.ts';
import { type DemoMarket, importDemoMarket } from './market.ts';
import { connectAdvice, metricsTable, say, step, trainingLine } from './print.ts';
import { fuzzyNetwork, movingAverageCross } from './strategies.ts';

const figure = z.number().nullable();
const rival = z.object({ name: z.string(), total_return: figure, sharpe: figure, max_drawdown: figure });

const backtestSchema = z.looseObject({
  summary: z.string(),
  backtest_id: z.string(),
  span: z.object({ start: z.string(), end: z.string(), bars: z.int(), sessions: z.int() }),
  sample: z.string(),
  metrics: z.record(z.string(), z.unknown()),
  trades_count: z.int(),
  benchmark: z.object({ buy_and_hold: rival }),
  baselines: z.record(z.string(), rival),
  trials: z.object({ family: z.int(), effective: z.number(), new_trial: z.boolean() }),
  evidence: z.object({ verdict: z.string(), reason: z.string(), adjusted_p: figure }),
  result_hash: z.string(),
});
export type DemoBacktest = z.infer<typeof backtestSchema>;

const hypothesis = 'After a sharp fall in a quiet market, the next week of the index is better than usual.';

/** One whole research session, every step a call of the official client to a server process of its own. */
export async function runDemo(): Promise<void> {
  process.stdout.on('error', leaveQuietly);
  const startedAt = performance.now();
  const market = await importDemoMarket();
  const client = await connect();
  try {
    await research(client, market);
  } finally {
    await client.close();
  }
  say(`\nThe whole session took ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`);
  say(connectAdvice());
}

/** Whoever read along has closed the pipe: there is nobody left to tell. */
function leaveQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
}

async function research(client: DemoClient, market: DemoMarket): Promise<void> {
  const known = await prepare(client, market);
  const experiment = textOf(
    await client.call('start_experiment', {
      name: 'Demo: fuzzy RSI on an index',
      hypothesis,
      criterion: { metric: 'sharpe', threshold: 0.5 },
      budget: { trials: 5, minutes: 5 },
      tags: ['demo'],
    }),
    'experiment_id',
  );
  step('Hypothesis', hypothesis);
  const fill = await checkBars(client, market);

  await client.call('get_strategy_schema');
  await create(client, 'demo_fuzzy_rsi', fuzzyNetwork(market.symbol, market.timeframe, fill), experiment);
  await train(client, experiment);
  const learned = await backtest(client, 'demo_fuzzy_rsi', experiment);
  const { start, end } = learned.span;
  await create(client, 'demo_average_cross', movingAverageCross(market.symbol, market.timeframe, fill), experiment);
  const plain = await backtest(client, 'demo_average_cross', experiment, {
    start_date: start.slice(0, 10),
    end_date: end.slice(0, 10),
  });

  say(`\nBars the model never saw, ${start.slice(0, 10)} to ${end.slice(0, 10)}, costs paid:\n`);
  say(metricsTable(learned, plain));
  await sparkline(client, learned);
  await sparkline(client, plain);
  const verdict = verdictOf(learned, plain);
  say(
    `\n${verdict}\n${learned.evidence.reason}\nTrials spent on this market so far: ${plain.trials.family}, as good as ${plain.trials.effective.toFixed(1)} independent ones.`,
  );
  if (known && !learned.trials.new_trial)
    say('Nothing new was learnt: the lab had judged these very rules before, and the result is the same to the byte.');
  await conclude(client, experiment, learned, verdict, known);
}

/** Says what there is, and whether the lab has been here before. */
async function prepare(client: DemoClient, market: DemoMarket): Promise<boolean> {
  const status = await client.call('get_lab_status');
  step('Lab', status.summary);
  step('Files', `Everything is below ${textOf(status, 'home')}.`);
  if (market.synthetic) {
    await client.call('load_market_data', {
      symbol: market.symbol,
      timeframe: market.timeframe,
      mode: 'full',
      provider: 'synthetic',
    });
    step(
      'Bars',
      'No real bars are installed here: a SYNTHETIC market is used. Nothing found in it is true of a real one.',
    );
  }
  const listed = await client.call('list_market_data');
  step('Data', listed.summary);
  const brief = await client.call('get_research_brief', { symbol: market.symbol });
  const insights = z
    .array(z.object({ content: z.string() }))
    .parse((await client.call('search_insights', { query: 'fuzzy RSI index demo', tags: ['demo'] })).insights);
  if (insights.length === 0) return false;
  step('Known', `${brief.summary} Earlier sessions found: "${insights[0].content}"`);
  return true;
}

const findingsSchema = z.array(z.object({ rule: z.string(), severity: z.string(), hint: z.string() }));

/** Loads and checks the bars; answers with the fill they can honestly be traded at. */
async function checkBars(client: DemoClient, { symbol, timeframe }: DemoMarket): Promise<string> {
  const loaded = await client.call('load_market_data', { symbol, timeframe });
  step('Bars', loaded.summary);
  const checked = await client.call('check_data_quality', { symbol, timeframe });
  const findings = findingsSchema.parse(checked.findings);
  step('Quality', checked.summary);
  for (const { rule, hint } of findings) say(`           ${rule}: ${hint}`);
  return findings.some(({ rule }) => rule === 'open_equals_previous_close') ? 'next_close' : 'next_open';
}

async function create(client: DemoClient, name: string, yaml: string, experiment_id: string): Promise<void> {
  const validated = await client.call('validate_strategy', { yaml });
  const created = await client.call('create_strategy', { name, yaml, experiment_id });
  step('Strategy', `${validated.summary} ${created.summary}`);
}

const taskSchema = z.looseObject({
  status: z.string(),
  progress: z.number(),
  stage: z.string(),
  eta_ms: z.number().nullish(),
  result: z.looseObject({ summary: z.string() }).nullish(),
  error: z.looseObject({ code: z.string(), message: z.string() }).nullish(),
});

async function train(client: DemoClient, experiment_id: string): Promise<void> {
  const started = await client.call('train_model', { strategy_name: 'demo_fuzzy_rsi', experiment_id });
  const task_id = textOf(started, 'task_id');
  for (;;) {
    const task = taskSchema.parse(await client.call('get_task_status', { task_id, wait_ms: 200 }));
    if (task.status === 'running') trainingLine(task);
    if (task.status === 'completed') return step('Model', task.result?.summary ?? '');
    if (task.status !== 'queued' && task.status !== 'running')
      throw new Error(`Training ended as ${task.status}: ${task.error?.message ?? ''}`);
  }
}

async function backtest(
  client: DemoClient,
  strategy_name: string,
  experiment_id: string,
  span: Record<string, string> = {},
): Promise<DemoBacktest> {
  const result = backtestSchema.parse(await client.call('run_backtest', { strategy_name, experiment_id, ...span }));
  step('Backtest', result.summary);
  return result;
}

const curveSchema = z.object({ rows: z.array(z.tuple([z.string(), z.number()])) });

async function sparkline(client: DemoClient, { backtest_id }: DemoBacktest): Promise<void> {
  const { sparkline: draw } = await import('@stratlab/lab/sparkline.ts');
  const full = await client.call('get_backtest', { backtest_id, detail: 'full' });
  const { rows } = curveSchema.parse(full.equity);
  say(
    `  ${String(full.strategy_name).padEnd(20)} ${draw(
      rows.map(([, equity]) => equity),
      60,
    )}`,
  );
}

/** Whether the strategy beats what it is held against, after costs, and how sure that is; nothing more. */
function verdictOf(learned: DemoBacktest, plain: DemoBacktest): string {
  const own = Number(learned.metrics.sharpe ?? Number.NaN);
  const rivals = [
    learned.benchmark.buy_and_hold,
    ...Object.values(learned.baselines),
    { name: 'demo_average_cross', sharpe: plain.metrics.sharpe },
  ];
  const better = rivals
    .filter(({ sharpe }) => typeof sharpe === 'number' && sharpe >= own)
    .map(({ name }) => name.replaceAll('_', ' '));
  const beaten =
    better.length === 0 ? 'has a higher Sharpe ratio than all its baselines' : `does not beat ${better.join(', ')}`;
  const evidence = learned.evidence.verdict.replace('_', ' ');
  const sure =
    learned.evidence.verdict === 'no_evidence'
      ? 'there is no evidence of an edge'
      : `the evidence of an edge is ${evidence}`;
  return `Verdict: after costs the fuzzy network ${beaten}; ${sure}.`;
}

async function conclude(
  client: DemoClient,
  experiment_id: string,
  learned: DemoBacktest,
  verdict: string,
  known: boolean,
): Promise<void> {
  if (!known || learned.trials.new_trial) {
    await client.call('save_insight', {
      category: learned.evidence.verdict === 'no_evidence' ? 'failure' : 'pattern',
      content: `Fuzzy RSI and volatility with a small network on a daily index: ${learned.summary}`,
      tags: ['demo', 'rsi'],
      importance: 4,
      experiment_id,
      evidence_ids: [learned.backtest_id],
    });
  }
  const found = await client.call('search_insights', { query: 'fuzzy RSI network' });
  step('Memory', `${found.summary} The next session starts from it.`);
  const outcome = learned.evidence.verdict === 'no_evidence' ? 'refuted' : 'inconclusive';
  const ended = await client.call('end_experiment', { experiment_id, conclusion: verdict, outcome });
  step('Report', String(ended.report ?? ''));
}

function textOf(answer: DemoAnswer, field: string): string {
  return z.string().parse(answer[field]);
}
