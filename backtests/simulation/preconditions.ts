import { type Bars, barCount } from '@stratlab/data/bars.ts';
import { LabError } from '@stratlab/data/error.ts';
import { formatInstant } from '@stratlab/data/instant.ts';
import type { Instrument } from '@stratlab/data/instrument.ts';
import type { Decisions } from '../decisions.ts';
import type { Execution } from '../execution.ts';
import type { Quotes } from '../quotes.ts';

/** A margin of a third allows a leverage of three, whatever 1 / (1 / 3) rounds to. */
const leverageTolerance = 1e-9;

export function checkSpan(bars: Bars, { firstBar, endBar }: Decisions): void {
  if (firstBar >= 0 && firstBar < endBar && endBar <= barCount(bars)) return;
  const message = `No bar is left to trade: decisions from bar ${firstBar} to ${endBar} of ${barCount(bars)}.`;
  throw new LabError('insufficient_data', message, { hint: 'Ask for a longer span or a shorter warm-up.' });
}

/** Of the bars `from` to `to` (exclusive). */
export function checkPrices(bars: Bars, to: number, from = 0): void {
  const t = firstUntradable(bars, from, to);
  if (t === to) return;
  const { open, high, low, close, time } = bars;
  const prices = `open ${open[t]}, high ${high[t]}, low ${low[t]}, close ${close[t]}`;
  throw new LabError('invalid_input', `Bar ${t} (${formatInstant(time[t])}) cannot be traded: ${prices}.`, {
    hint: 'Prices must be finite and above zero: check_data_quality names such bars.',
  });
}

/** A loop of its own that throws nothing, which V8 compiles to half the time. */
function firstUntradable({ open, high, low, close }: Bars, from: number, to: number): number {
  for (let t = from; t < to; t++) {
    const tradable = open[t] > 0 && high[t] > 0 && low[t] > 0 && close[t] > 0;
    if (!(tradable && open[t] + high[t] + low[t] + close[t] < Number.POSITIVE_INFINITY)) return t;
  }
  return to;
}

export function checkExecution(
  decisions: Decisions,
  execution: Execution,
  instrument: Instrument,
  capital: number,
  quotes: Quotes | null,
): void {
  if (!(capital > 0 && Number.isFinite(capital))) {
    throw refused('initial_capital', `is ${capital}; it must be above zero.`);
  }
  if (execution.sizing.method === 'confidence' && decisions.strength === null) {
    throw refused('execution.sizing', 'confidence needs a signal; rules have none. Use percent_of_equity.');
  }
  if (instrument.margin < 1 && execution.leverage > 1 / instrument.margin + leverageTolerance) {
    const most = `${instrument.symbol} has a margin of ${instrument.margin}, which allows ${1 / instrument.margin}`;
    throw refused('execution.leverage', `is ${execution.leverage}, but ${most}.`);
  }
  checkQuotesGiven(execution, quotes);
  checkFormulas(decisions, execution);
}

/** The series that `execution.quotes` names must have come along, and no others. */
export function checkQuotesGiven(execution: Execution, quotes: Quotes | null): void {
  if ((execution.quotes === null) === (quotes === null)) return;
  if (execution.quotes === null) throw refused('execution.quotes', 'is null, but a bid and an ask series were given.');
  const { bid, ask } = execution.quotes;
  throw refused('execution.quotes', `names ${bid} and ${ask}, whose bars were not given to this run.`);
}

/** Every formula of the execution block must have come with its compiled form. */
function checkFormulas({ prices }: Decisions, execution: Execution): void {
  const { entry, stop_loss, trailing_stop, take_profit } = execution;
  const missing = [
    entry.price !== undefined && prices.entry === undefined && 'entry.price',
    entry.limit_price !== undefined && prices.entryLimit === undefined && 'entry.limit_price',
    stop_loss?.price !== undefined && prices.stopLoss === undefined && 'stop_loss.price',
    trailing_stop?.price !== undefined && prices.trailing === undefined && 'trailing_stop.price',
    ...(take_profit ?? []).map(
      (rule, k) => rule.price !== undefined && !prices.takeProfit?.[k] && `take_profit.${k}.price`,
    ),
  ].find((path) => typeof path === 'string');
  if (missing !== undefined) throw new LabError('internal', `execution.${missing} was not compiled for the simulator.`);
}

function refused(path: string, message: string): LabError {
  return new LabError('invalid_input', `${path} ${message}`, { path });
}
