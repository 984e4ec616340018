import { z } from 'zod';
import type { LabSession } from './lab-session.ts';
import { knownSignal, learner, type PlantedMarket, type Terms, timeframe } from './planted-markets.ts';

const figure = z.number().nullable();
const taskAnswer = z.object({ task_id: z.string() });
const statusAnswer = z.object({
  status: z.string(),
  result: z.object({ id: z.string() }).optional(),
  error: z.object({ message: z.string() }).optional(),
});
const backtestAnswer = z.object({
  sample: z.string(),
  trials: z.object({ family: z.int() }),
  span: z.object({ start: z.string(), end: z.string() }),
  metrics: z.object({ sharpe: figure }),
  evidence: z.object({ verdict: z.enum(['no_evidence', 'weak', 'moderate', 'strong']), psr: figure }),
});
type BacktestAnswer = z.infer<typeof backtestAnswer>;

export type Verdict = BacktestAnswer['evidence']['verdict'];

/** What one model was found to be worth on bars it never saw. */
export interface Finding {
  terms: Terms;
  /** Probability that the true Sharpe ratio is above 0, over the test segment. */
  psr: number | null;
  verdict: Verdict;
  sharpe: number | null;
  /** Sharpe ratio of the planted signal over the same bars, without costs; null where nothing is planted. */
  knownSharpe: number | null;
}

/** The bars of a market's seed, a model trained on the first two thirds, and its run over the rest on each of the terms. */
export async function examineSeed(lab: LabSession, market: PlantedMarket, seed: number): Promise<Finding[]> {
  const symbol = `SYN-${market.name.toUpperCase()}-${seed}`;
  await lab.call('load_market_data', { symbol, timeframe, ...dates(market.bars), ...synthetic }, z.unknown());
  const modelId = await trainedModel(lab, symbol);
  const found = [];
  for (const terms of market.terms) {
    const run = await backtest(lab, {
      strategy_name: learner.name,
      symbol,
      model_id: modelId,
      execution: terms.execution,
    });
    requireFirstLook(run, symbol, found.length + 1);
    found.push({ terms, run });
  }
  const knownSharpe = market.known === null ? null : await sharpeOfKnown(lab, market.name, symbol, found[0].run.span);
  return found.map(({ terms, run: { metrics, evidence } }) => ({ terms, ...evidence, ...metrics, knownSharpe }));
}

/** The verdicts of a study count only if the bars were unseen and no other rule was tried on them. */
function requireFirstLook({ sample, trials }: BacktestAnswer, symbol: string, rules: number): void {
  if (sample === 'out_of_sample' && trials.family <= rules) return;
  throw new Error(`${symbol}: the run is ${sample}, as trial ${trials.family} where ${rules} was expected.`);
}

const synthetic = { mode: 'full', provider: 'synthetic' } as const;
const firstDay = Date.UTC(2000, 0, 3);
const dayMs = 86_400_000;

/** Of so many daily bars, both ends included. */
function dates(bars: number) {
  const day = (time: number) => new Date(time).toISOString().slice(0, 10);
  return { start_date: day(firstDay), end_date: day(firstDay + (bars - 1) * dayMs) };
}

const longestWaitMs = 20_000;

async function trainedModel(lab: LabSession, symbol: string): Promise<string> {
  const order = { strategy_name: learner.name, symbol, timeframe };
  const { task_id } = await lab.call('train_model', order, taskAnswer);
  for (;;) {
    const task = await lab.call('get_task_status', { task_id, wait_ms: longestWaitMs }, statusAnswer);
    if (task.result !== undefined) return task.result.id;
    if (task.error !== undefined) throw new Error(`The training on ${symbol} ${task.status}: ${task.error.message}`);
  }
}

async function sharpeOfKnown(lab: LabSession, market: string, symbol: string, { start, end }: BacktestAnswer['span']) {
  const { name } = knownSignal(market, '');
  const run = await backtest(lab, { strategy_name: name, symbol, start_date: start, end_date: end });
  return run.metrics.sharpe;
}

/** The protocol's Sharpe ratios are of 252 days a year. */
const sessionsAYear = 252;

function backtest(lab: LabSession, given: Record<string, unknown>): Promise<BacktestAnswer> {
  return lab.call('run_backtest', { timeframe, periods_per_year: sessionsAYear, ...given }, backtestAnswer);
}
