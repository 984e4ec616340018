import { type Bars, sliceBars } from '@stratlab/data/bars.ts';
import type { Instrument } from '@stratlab/data/instrument.ts';
import type { Decisions } from './decisions.ts';
import type { Execution } from './execution.ts';
import { SimulatedMarket } from './simulation/market.ts';
import { checkExecution, checkSpan } from './simulation/preconditions.ts';
import { Workspace } from './simulation/workspace.ts';
import type { Simulation } from './trade.ts';

/**
 * Runs decisions through a simulated market of one instrument, bar by bar, by the rules of specification/execution.md.
 * No fill, size or exit at a bar depends on a later one. Throws `invalid_input` for bars that cannot be traded or an
 * execution that the decisions do not support, and `internal` if the books do not balance at the end. In a `workspace`
 * that is given, the result holds until the next run in it.
 */
export function simulate(
  bars: Bars,
  decisions: Decisions,
  execution: Execution,
  instrument: Instrument,
  initialCapital: number,
  workspace: Workspace = new Workspace(),
): Simulation {
  checkSpan(bars, decisions);
  checkExecution(decisions, execution, instrument, initialCapital);
  const traded = sliceBars(bars, 0, decisions.endBar);
  const market = new SimulatedMarket(traded, decisions, execution, instrument, initialCapital, workspace);
  const simulation = market.run(workspace.tradable(bars));
  workspace.noteTradable(bars, decisions.endBar);
  return simulation;
}
