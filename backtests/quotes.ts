import { type Bars, barCount, mapColumns } from '@stratlab/data/bars.ts';
import { LabError } from '@stratlab/data/error.ts';
import { formatInstant } from '@stratlab/data/instant.ts';

/** The two sides of a market, one row for each bar of the traded series: sold at the bid, bought at the ask. */
export interface Quotes {
  bid: Bars;
  ask: Bars;
}

/**
 * The rows of two quoted series that belong to `bars`, matched by the start of the bar. Rows before `firstBar` are not
 * traded and NaN where a series has none. Throws `invalid_input` naming the first bar that lacks a side, or whose ask is
 * below its bid at the open or the close.
 */
export function alignQuotes(bars: Bars, { bid, ask }: Quotes, firstBar = 0): Quotes {
  const aligned = { bid: rowsAt(bars, bid, 'bid', firstBar), ask: rowsAt(bars, ask, 'ask', firstBar) };
  checkQuotes(bars, aligned, firstBar, barCount(bars));
  return aligned;
}

/** Throws `invalid_input` where quotes are not those of the bars, or cross in the bars from `firstBar` to `endBar`. */
export function checkQuotes(bars: Bars, { bid, ask }: Quotes, firstBar: number, endBar: number): void {
  const rows = barCount(bars);
  for (const [name, side] of Object.entries({ bid, ask })) {
    if (barCount(side) === rows && (rows === 0 || side.time[rows - 1] === bars.time[rows - 1])) continue;
    throw new LabError(
      'invalid_input',
      `The ${name} has ${barCount(side)} bars of its own, the traded series ${rows}.`,
      {
        path: 'quotes',
        hint: 'Align them with alignQuotes.',
      },
    );
  }
  for (let t = firstBar; t < endBar; t++) {
    if (ask.open[t] >= bid.open[t] && ask.close[t] >= bid.close[t]) continue;
    throw crossed(bars, { bid, ask }, t);
  }
}

function crossed({ time }: Bars, { bid, ask }: Quotes, t: number): LabError {
  const when = ask.open[t] >= bid.open[t] ? 'close' : 'open';
  const message = `Bar ${t} (${formatInstant(time[t])}): the ask ${ask[when][t]} is below the bid ${bid[when][t]} at the ${when}.`;
  return new LabError('invalid_input', message, {
    path: 'quotes',
    hint: 'Check which series is which side, and both with check_data_quality.',
  });
}

/** The rows of `side` that start with the bars. */
function rowsAt(bars: Bars, side: Bars, name: string, firstBar: number): Bars {
  const rows = barCount(bars);
  const aligned = mapColumns(() => new Float64Array(rows).fill(Number.NaN));
  aligned.time.set(bars.time);
  let row = 0;
  for (let t = 0; t < rows; t++) {
    while (side.time[row] < bars.time[t]) row++;
    if (side.time[row] === bars.time[t]) copyRow(side, row, aligned, t);
    else if (t >= firstBar) throw missing(bars, t, name);
  }
  return aligned;
}

function copyRow(from: Bars, row: number, to: Bars, t: number): void {
  to.open[t] = from.open[row];
  to.high[t] = from.high[row];
  to.low[t] = from.low[row];
  to.close[t] = from.close[row];
  to.volume[t] = from.volume[row];
}

function missing({ time }: Bars, t: number, name: string): LabError {
  return new LabError('invalid_input', `Bar ${t} (${formatInstant(time[t])}) has no ${name}.`, {
    path: 'quotes',
    hint: 'Every traded bar needs a bid and an ask: import the missing bars, or begin where both are known.',
  });
}
