import { overrideExecution } from '@stratlab/backtests/execution.ts';
import { errorCodes, LabError } from '@stratlab/data/error.ts';
import { parseEnd, parseInstant } from '@stratlab/data/instant.ts';
import { parseSymbol } from '@stratlab/data/instrument.ts';
import type { Timeframe } from '@stratlab/data/timeframe.ts';
import { addTask, findSeries, markRead } from '@stratlab/knowledge/ledger.ts';
import type { ModelRow } from '@stratlab/knowledge/results.ts';
import { readArtifact } from '@stratlab/models/artifact.ts';
import { baseTimeframe, decidingSymbol } from '@stratlab/strategies/document.ts';
import { awaitSomeEnd } from './await-task.ts';
import { commitBacktest } from './commit-backtest.ts';
import { effectiveDocument } from './effective-document.ts';
import { requireOpenExperiment } from './find-experiment.ts';
import { requireModel, requireVersion } from './find-strategy.ts';
import { newId } from './id.ts';
import { jobPriority } from './job-priority.ts';
import type { Lab } from './lab.ts';
import type { BacktestOrder } from './orders.ts';
import { type BacktestAnswer, backtestAnswerSchema } from './shown-backtest.ts';
import { clippedRange, type Span } from './span.ts';
import { type LabStrategy, requireStrategy } from './strategy-language.ts';
import { requireTask } from './task-view.ts';
import { tradedSymbols } from './traded-symbols.ts';

export interface RunBacktest {
  strategy_name: string;
  version?: number | undefined;
  model_id?: string | undefined;
  symbol?: string | undefined;
  timeframe?: Timeframe | undefined;
  start_date?: string | undefined;
  end_date?: string | undefined;
  segment?: BacktestOrder['segment'] | undefined;
  initial_capital?: number | undefined;
  periods_per_year?: number | undefined;
  execution?: Record<string, unknown> | undefined;
  experiment_id?: string | undefined;
}

const defaultCapital = 100_000;
const longestWaitMs = 15_000;
/** Symbols that a warning names before it counts the others. */
const namedSymbols = 5;

/** A task that is still at it, where the answer could not be waited for. */
export interface Pending {
  task_id: string;
  status: string;
  check_status_tool: 'get_task_status';
}

interface Watching {
  /** Told how far a job is while it is waited for. */
  progress?: (percent: number, stage: string) => void;
}

/** Backtests here, or as a job where there are many bars; then waits for it a while. */
export async function runBacktest(
  lab: Lab,
  input: RunBacktest,
  { progress }: Watching = {},
): Promise<BacktestAnswer | Pending> {
  const { order, bars } = orderOf(lab, input);
  if (bars <= lab.configuration.inlineBars) {
    const { runOrder } = await import('./run-order.ts');
    const ran = runOrder(lab.store, lab.folders, order);
    return lab.database.transaction(() => commitBacktest(lab, order, ran));
  }
  const id = newId('task');
  lab.database.transaction(() => {
    lab.jobs.add({ id, kind: 'backtest', payload: order, key: null, maxAttempts: 3, priority: jobPriority.awaited });
    addTask(lab.database, {
      id,
      experimentId: order.experimentId,
      subject: `backtest ${order.strategyName} v${order.strategyVersion} on ${order.symbol} ${order.timeframe}`,
    });
  });
  lab.queue.wake();
  await awaitSomeEnd(lab, [id], longestWaitMs, {
    onProgress: ({ progress: { percent, stage } }) => progress?.(percent, stage),
  });
  return outcomeOf(lab, id);
}

/** The answer where the task has it, else where to ask for it. Throws the error that the task failed with. */
function outcomeOf({ jobs, database }: Lab, id: string): BacktestAnswer | Pending {
  const task = requireTask({ jobs }, id);
  if (task.status === 'queued' || task.status === 'running') {
    return { task_id: id, status: task.status, check_status_tool: 'get_task_status' };
  }
  markRead(database, id, Date.now());
  if (task.status === 'completed') return backtestAnswerSchema.parse(task.result);
  const { code, message, hint } = task.error ?? { code: task.status, message: `The backtest was ${task.status}.` };
  throw new LabError(errorCodes.find((known) => known === code) ?? 'internal', message, {
    hint: hint ?? `get_task_status with task_id "${id}" says more.`,
  });
}

/** What a backtest comes to as things stand now, and how many bars it reads. */
export function orderOf(lab: Lab, input: RunBacktest): { order: BacktestOrder; bars: number } {
  const stored = requireVersion(lab, input.strategy_name, input.version);
  const experimentId = requireOpenExperiment(lab, input.experiment_id);
  const chosen = input.symbol === undefined ? undefined : parseSymbol(input.symbol);
  overrideExecution(undefined, input.execution);
  const market = { symbol: chosen, timeframe: input.timeframe };
  const document = effectiveDocument(stored.document, market, input.execution);
  const { strategy } = requireStrategy(document);
  if (chosen !== undefined) requireOneSymbol(strategy);
  const model = strategy.decider === 'model' ? requireModel(lab, stored, input.model_id) : null;
  if (model === null && input.model_id !== undefined) {
    throw new LabError(
      'invalid_input',
      `"${stored.name}" decides by ${strategy.decider.replace('_', ' ')} and takes no model.`,
      { path: 'model_id' },
    );
  }
  const warnings: string[] = [];
  const asked = {
    start: input.start_date === undefined ? undefined : parseInstant(input.start_date, 'start_date'),
    end: input.end_date === undefined ? undefined : parseEnd(input.end_date, 'end_date'),
  };
  const traded = tradedSymbols(strategy.document, lab.folders.universes).symbols;
  const range = clippedRange(lab, strategy, traded, asked, warnings);
  const symbol = decidingSymbol(strategy.document) ?? traded[0];
  const timeframe = baseTimeframe(strategy.document);
  const placed =
    model === null ? ruleSpan(range, input.segment) : modelSpan(lab, model, range, asked, input.segment, warnings);
  warnings.push(...fillWarnings(lab, strategy, traded, timeframe));
  const order: BacktestOrder = {
    backtestId: newId('backtest'),
    strategyName: stored.name,
    strategyVersion: stored.version,
    document,
    modelId: model?.id ?? null,
    artifactHash: model?.artifactHash ?? null,
    symbol,
    timeframe,
    segment: placed.segment,
    sample: placed.sample,
    from: placed.start ?? null,
    to: placed.end ?? null,
    initialCapital: input.initial_capital ?? defaultCapital,
    periodsPerYear: input.periods_per_year ?? null,
    experimentId,
    warnings,
  };
  return { order, bars: barsToRead(lab, traded, timeframe) };
}

interface Placed extends Span {
  segment: BacktestOrder['segment'];
  sample: BacktestOrder['sample'];
}

/** Nothing was fitted on these bars, but whoever wrote the rules may have seen them: mixed, so weak at most. */
function ruleSpan(range: Span, segment: BacktestOrder['segment'] | undefined): Placed {
  if (segment === undefined || segment === 'all') return { ...range, segment: 'all', sample: 'mixed' };
  throw new LabError('invalid_input', `A strategy without a model has no ${segment} segment.`, {
    path: 'segment',
    hint: 'Leave segment out, and name start_date and end_date for a part of the bars.',
  });
}

function modelSpan(
  { folders }: Lab,
  model: ModelRow,
  range: Span,
  asked: Span,
  wanted: BacktestOrder['segment'] | undefined,
  warnings: string[],
): Placed {
  const segment = wanted ?? 'test';
  const { segments, validation } = readArtifact(folders.models, model.artifactHash);
  const test = segments.test;
  const judged = segments.validation ?? segments.train;
  const part =
    segment === 'all' ? range : segment === 'test' ? test && { start: test.start, end: range.end } : segments[segment];
  if (part === null)
    throw new LabError('invalid_input', `Model ${model.id} has no ${segment} part.`, { path: 'segment' });
  const start = latest(part.start, range.start);
  const end = earliest(part.end, range.end);
  if (asked.start !== undefined && start !== asked.start) {
    warnings.push(
      "start_date lies before the model's test segment; the run begins with the segment. segment: all takes the whole span.",
    );
  }
  if (start !== undefined && end !== undefined && start > end) {
    throw new LabError(
      'no_data',
      `The dates asked for and the ${segment} segment of ${model.id} have no bar in common.`,
      { path: 'start_date' },
    );
  }
  const after = test !== null && start !== undefined && start >= test.start;
  const before = end !== undefined && end <= judged.end;
  if (!validation.forward && segment === 'test') {
    warnings.push(
      `${validation.method} tests bars by networks that learnt from later ones too: honest about overfitting, not about time. The sample counts as mixed.`,
    );
  }
  const untouched = after && validation.forward;
  return { start, end, segment, sample: untouched ? 'out_of_sample' : before ? 'in_sample' : 'mixed' };
}

function latest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.max(a, b);
}

function earliest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.min(a, b);
}

function requireOneSymbol({ document: { universe, legs } }: LabStrategy): void {
  if (universe === null && legs === null) return;
  const block = universe === null ? 'legs' : 'universe';
  throw new LabError('invalid_input', `symbol does not apply: this strategy trades its ${block}.`, {
    path: 'symbol',
    hint: `Leave symbol out, or create_strategy with another ${block}.`,
  });
}

/** Bars of the traded series, or of the finest series they are made from. */
function barsToRead({ store }: Lab, symbols: readonly string[], timeframe: Timeframe): number {
  return symbols.reduce((sum, symbol) => {
    const listed = store.ofSymbol(symbol);
    const listing = listed.find(({ series }) => series.timeframe === timeframe) ?? listed.at(0);
    return sum + (listing?.visible.rows ?? 0);
  }, 0);
}

function fillWarnings(
  { database }: Lab,
  strategy: LabStrategy,
  symbols: readonly string[],
  timeframe: Timeframe,
): string[] {
  const { fill } = strategy.document.execution;
  if (fill === 'signal_close')
    return [
      'fill: signal_close trades at the price the decision was made on. It is optimistic and for comparison only.',
    ];
  if (fill !== 'next_open') return [];
  const early = symbols.filter((symbol) =>
    findSeries(database, symbol, timeframe)?.findings.some(({ rule }) => rule === 'open_equals_previous_close'),
  );
  if (early.length === 0) return [];
  const more = early.length > namedSymbols ? ` and ${early.length - namedSymbols} others` : '';
  return [
    `Many opens of ${early.slice(0, namedSymbols).join(', ')}${more} equal the previous close, so next_open fills are really fills at a price before the decision could be acted on. Use execution {fill: next_close}.`,
  ];
}
