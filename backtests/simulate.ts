import { type Bars, sliceBars } from '@stratlab/data/bars.ts';
import type { Instrument } from '@stratlab/data/instrument.ts';
import type { Decisions } from './decisions.ts';
import type { Execution } from './execution.ts';
import { checkQuotes, type Quotes } from './quotes.ts';
import { SimulatedMarket } from './simulation/market.ts';
import { checkExecution, checkPrices, checkSpan } from './simulation/preconditions.ts';
import { Workspace } from './simulation/workspace.ts';
import type { Simulation } from './trade.ts';

export interface SimulateOptions {
  /** Memory to run in: the result then holds until the next run in it. */
  workspace?: Workspace;
  /** Both sides of the market, one row per bar (`alignQuotes`), where `execution.quotes` names them. */
  quotes?: Quotes | null;
}

/**
 * Runs decisions through a simulated market of one instrument, bar by bar, by the rules of specification/execution.md.
 * No fill, size or exit at a bar depends on a later one. Throws `invalid_input` for bars that cannot be traded or an
 * execution that the decisions do not support, and `internal` if the books do not balance at the end.
 */
export function simulate(
  bars: Bars,
  decisions: Decisions,
  execution: Execution,
  instrument: Instrument,
  initialCapital: number,
  { workspace = new Workspace(), quotes = null }: SimulateOptions = {},
): Simulation {
  checkSpan(bars, decisions);
  checkExecution(decisions, execution, instrument, initialCapital, quotes);
  if (quotes !== null) checkQuotedBars(bars, quotes, decisions);
  const traded = sliceBars(bars, 0, decisions.endBar);
  const quiet = workspace.quietBars(bars, decisions, quotes);
  const market = new SimulatedMarket(
    traded,
    decisions,
    execution,
    instrument,
    initialCapital,
    workspace.log,
    quiet,
    quotes,
  );
  const simulation = market.run(workspace.tradable(bars));
  workspace.noteTradable(bars, decisions.endBar);
  return simulation;
}

function checkQuotedBars(bars: Bars, quotes: Quotes, { firstBar, endBar }: Decisions): void {
  checkQuotes(bars, quotes, firstBar, endBar);
  checkPrices(quotes.bid, endBar, firstBar);
  checkPrices(quotes.ask, endBar, firstBar);
}
