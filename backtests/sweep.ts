import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type Bars, barCount, mapColumns } from '@stratlab/data/bars.ts';
import { LabError } from '@stratlab/data/error.ts';
import { noDecisions } from './decisions.ts';
import { checkExecution, checkPrices, checkSpan } from './simulation/preconditions.ts';
import { type PairResult, type PeriodPair, runPairs, type Sweep } from './sweep/pairs.ts';

export type { PairResult, PeriodPair, Sweep } from './sweep/pairs.ts';

/**
 * Simulates a crossing of two moving averages for every pair of periods, by the rules of specification/execution.md;
 * results in the order of the pairs. Decisions begin at bar `slow`. Throws as `simulate` does, and `invalid_input` for a
 * pair that is none.
 */
export function sweep(request: Sweep): PairResult[] {
  checkSweep(request);
  return runPairs(request, request.pairs);
}

/** Threads that share sweeps among them; the results do not depend on how many they are. */
export class SweepPool {
  private readonly workers: readonly Worker[];
  private turn: Promise<unknown> = Promise.resolve();

  constructor(threads: number) {
    const start = () => new Worker(new URL('./sweep/worker.ts', import.meta.url));
    this.workers = Array.from({ length: threads }, start);
  }

  /** As `sweep` has it; one sweep after another. */
  async run(request: Sweep): Promise<PairResult[]> {
    checkSweep(request);
    const result = this.turn.then(() => this.share(request));
    this.turn = result.catch(() => undefined);
    return result;
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  /** Slow periods are dealt out to and fro: short ones trade more, and each thread computes its own averages. */
  private async share(request: Sweep): Promise<PairResult[]> {
    const { pairs, ...rest } = request;
    const slows = [...new Set(pairs.map(({ slow }) => slow))].sort((a, b) => a - b);
    const threadOf = new Map(slows.map((slow, k) => [slow, toAndFro(k, this.workers.length)]));
    const shares = this.workers.map((_, k) => pairs.filter(({ slow }) => threadOf.get(slow) === k));
    const sweep = { ...rest, bars: sharedBars(request.bars), pairs: [] };
    const answers = await Promise.all(this.workers.map((worker, k) => ask(worker, sweep, shares[k])));
    const taken = answers.map(() => 0);
    return pairs.map(({ slow }) => {
      const thread = threadOf.get(slow) ?? 0;
      return answers[thread][taken[thread]++];
    });
  }
}

/** 0, 1, 2, 2, 1, 0, 0, 1 … of three. */
function toAndFro(turn: number, count: number): number {
  const step = turn % (2 * count);
  return step < count ? step : 2 * count - 1 - step;
}

async function ask(worker: Worker, sweep: Sweep, pairs: PeriodPair[]): Promise<PairResult[]> {
  const answered = new AbortController();
  const { signal } = answered;
  const gone = once(worker, 'exit', { signal }).then(() => {
    throw new LabError('internal', 'A thread of the sweep ended before it answered.');
  });
  worker.postMessage({ sweep, pairs });
  try {
    const [results] = await Promise.race([once(worker, 'message', { signal }), gone]);
    return results;
  } finally {
    answered.abort();
  }
}

/** The same columns where they lie in shared memory already, else copies there. */
function sharedBars(bars: Bars): Bars {
  return mapColumns((name) => {
    const column = bars[name];
    if (column.buffer instanceof SharedArrayBuffer) return column;
    const shared = new Float64Array(new SharedArrayBuffer(column.byteLength));
    shared.set(column);
    return shared;
  });
}

function checkSweep({ bars, pairs, execution, instrument, initialCapital }: Sweep): void {
  const rows = barCount(bars);
  if (pairs.length === 0) throw new LabError('invalid_input', 'A sweep needs at least one pair of periods.');
  for (const { fast, slow } of pairs) {
    if (!(Number.isInteger(fast) && Number.isInteger(slow) && fast > 0 && fast < slow)) {
      throw new LabError('invalid_input', `fast ${fast}, slow ${slow} is no pair of periods.`, {
        path: 'pairs',
        hint: 'Periods are whole numbers of bars from 1, the fast one shorter than the slow one.',
      });
    }
    checkSpan(bars, { ...noSignal, firstBar: slow, endBar: rows });
  }
  checkPrices(bars, rows);
  checkExecution(noSignal, execution, instrument, initialCapital, null);
}

const noSignal = noDecisions(0);
