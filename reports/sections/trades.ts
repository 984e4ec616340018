import type { Trade } from '@stratlab/backtests/trade.ts';
import { formatDate } from '@stratlab/data/instant.ts';
import { count, money, percent, price, signedPercent } from '../format.ts';
import { type Insert, type Markup, markup } from '../markup.ts';
import { table } from '../table.ts';
import { inWords } from '../verdict.ts';

/** What the trades have in common, and so many of the first and of the last. */
export function trades(all: readonly Trade[], currency: string | undefined, shown = 8): Insert {
  if (all.length === 0) return markup`<h3>Trades</h3><p>No trade was closed.</p>`;
  const listed = all.length <= 2 * shown ? all : [...all.slice(0, shown), ...all.slice(-shown)];
  const left = all.length - listed.length;
  return markup`<h3>Trades</h3>
<p>${overview(all, currency)}</p>
${tradeTable(listed)}
${left === 0 ? null : markup`<p class="note">The first ${shown} and the last ${shown}; ${count(left)} between them are not shown.</p>`}`;
}

function overview(all: readonly Trade[], currency: string | undefined): string {
  const won = all.filter(({ pnl }) => pnl > 0).length;
  const long = all.filter(({ direction }) => direction === 'long').length;
  const sum = (value: (trade: Trade) => number) => all.reduce((total, trade) => total + value(trade), 0);
  const exits = [...Map.groupBy(all, ({ exitReason }) => exitReason)]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([reason, of]) => `${count(of.length)} by ${inWords(reason)}`);
  return [
    `${count(all.length)} closed, ${count(long)} long and ${count(all.length - long)} short; ${percent(won / all.length)} won.`,
    `Together ${money(
      sum(({ pnl }) => pnl),
      currency,
    )} after ${money(
      sum(({ commission }) => commission),
      currency,
    )} of commission; held ${count(sum(({ barsHeld }) => barsHeld) / all.length)} bars on average.`,
    `Exits: ${exits.join(', ')}.`,
  ].join(' ');
}

function tradeTable(listed: readonly Trade[]): Markup {
  const several = new Set(listed.map(({ symbol }) => symbol)).size > 1;
  const columns = [
    ...(several ? [{ title: 'Symbol' }] : []),
    { title: 'Side' },
    { title: 'Entry' },
    { title: 'Price', numeric: true },
    { title: 'Exit' },
    { title: 'Price', numeric: true },
    { title: 'Quantity', numeric: true },
    { title: 'P&L', numeric: true },
    { title: 'Return', numeric: true },
    { title: 'Bars', numeric: true },
    { title: 'Exit by' },
  ];
  const rows = listed.map((trade) => [
    ...(several ? [trade.symbol] : []),
    trade.direction,
    formatDate(trade.entryTime),
    price(trade.entryPrice),
    formatDate(trade.exitTime),
    price(trade.exitPrice),
    quantity(trade.quantity),
    money(trade.pnl),
    signedPercent(trade.return),
    count(trade.barsHeld),
    inWords(trade.exitReason),
  ]);
  return table(columns, rows);
}

function quantity(units: number): string {
  return Number.isInteger(units) ? count(units) : String(Number(units.toPrecision(6)));
}
