import { type Costs, isFree } from '@stratlab/backtests/costs.ts';
import type { Simulation } from '@stratlab/backtests/trade.ts';
import type { BarStore } from '@stratlab/data/store.ts';
import { readArtifact } from '@stratlab/models/artifact.ts';
import { canonicalJson, fingerprint } from '@stratlab/strategies/fingerprint.ts';
import { backtest } from './backtest.ts';
import type { Folders } from './lab-folders.ts';
import type { BacktestOrder } from './orders.ts';
import type { Ran } from './ran.ts';
import { writeResult } from './result-file.ts';
import { requireStrategy } from './strategy-language.ts';
import type { Traded } from './traded.ts';

/** Runs a backtest and writes its result file; changes nothing else. */
export function runOrder(store: BarStore, folders: Folders, order: BacktestOrder): Ran {
  const { strategy, warnings } = requireStrategy(order.document);
  const done = backtest(store, folders.universes, {
    strategy,
    artifact: order.artifactHash === null ? null : readArtifact(folders.models, order.artifactHash),
    symbol: order.symbol,
    from: order.from ?? undefined,
    to: order.to ?? undefined,
    initialCapital: order.initialCapital,
    periodsPerYear: order.periodsPerYear ?? undefined,
  });
  const { run, traded } = done;
  const { simulation, sessions } = run;
  const { execution } = strategy.document;
  const costs = Object.values(done.costs);
  const free = costs.every(isFree);
  const resultHash = writeResult(folders.results, {
    time: Array.from(simulation.time),
    equity: Array.from(simulation.equity),
    position: Array.from(simulation.position),
    benchmarkEquity: Array.from(done.benchmarkEquity),
    session: Array.from(sessions.session),
    sessionReturns: Array.from(sessions.returns),
    benchmarkReturns: Array.from(done.benchmarkReturns),
    trades: simulation.trades,
  });
  return {
    fingerprint: fingerprint(strategy),
    resultHash,
    dataHash: traded.hash,
    symbol: traded.symbol,
    symbols: traded.symbols,
    underlying: traded.underlying,
    synthetic: traded.synthetic,
    sealedFrom: traded.sealedFrom,
    start: simulation.time[0],
    end: simulation.time[simulation.time.length - 1],
    bars: simulation.time.length,
    measures: run.measures,
    tradesCount: simulation.trades.length,
    benchmark: done.benchmark,
    baselines: done.baselines,
    session: sessions.session,
    returns: sessions.returns,
    benchmarkReturns: done.benchmarkReturns,
    periodsPerYear: done.periodsPerYear,
    cashRate: done.cashRate,
    free,
    execution: { ...execution, costs_used: sharedCosts(done.costs) },
    warnings: [
      ...warnings.map(({ path, message }) => `${path}: ${message}`),
      ...(free ? ['No costs were charged, as the execution block asks; nobody trades for free.'] : []),
      ...remarks(simulation, traded),
    ],
  };
}

/** The costs where every instrument is charged the same, else by symbol. */
function sharedCosts(costs: Record<string, Costs>): Costs | Record<string, Costs> {
  const [first, ...others] = Object.values(costs);
  return others.every((each) => canonicalJson(each) === canonicalJson(first)) ? first : costs;
}

function remarks(simulation: Simulation, { synthetic, symbol }: Traded): string[] {
  const found: string[] = [];
  if (synthetic) found.push(`${symbol} is a synthetic market: nothing found here is true of a real one.`);
  if (simulation.rejectedOrders > 0)
    found.push(`${simulation.rejectedOrders} entry orders could not be afforded or came to no quantity.`);
  const { volumeLimited } = simulation;
  if (volumeLimited !== undefined && volumeLimited.cutFills > 0) {
    const beyond = volumeLimited.unitsBeyondAtEnd;
    found.push(
      `${volumeLimited.cutFills} fills were cut by volume_limit${beyond > 0 ? `, and ${beyond} units beyond it were closed at the end all the same` : ''}.`,
    );
  }
  if (simulation.ambiguousExits > 0) {
    found.push(
      `${simulation.ambiguousExits} of ${simulation.trades.length} exits lay in bars that held both stop and target; the intrabar rule decided.`,
    );
  }
  return found;
}
