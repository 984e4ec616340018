import type { Trade } from '@stratlab/backtests/trade.ts';
import {
  type Box,
  type Chart,
  defaultSize,
  type Heading,
  type LegendItem,
  linePath,
  marks,
  message,
  type Plot,
  panel,
  picture,
  px,
  stroke,
} from '../chart.ts';
import { count, percent, percentTick, signedPercent, tickLabel } from '../format.ts';
import { histogram } from '../histogram.ts';
import { type Insert, type Markup, markup } from '../markup.ts';
import { paint } from '../palette.ts';
import { asksForLog, extent, linearAxis, logAxis, timeAxis, withAir } from '../scale.ts';

export type ChartTrade = Pick<Trade, 'direction' | 'entryTime' | 'entryPrice' | 'exitTime' | 'exitPrice' | 'return'>;

export interface TradesData extends Heading {
  /** Starts of bars, epoch milliseconds, and their closes. */
  readonly time: ArrayLike<number>;
  readonly close: ArrayLike<number>;
  readonly trades: readonly ChartTrade[];
}

/** Above this many trades the lines from entry to exit would hide the price. */
const connectable = 120;

export const trades = {
  kind: 'trades',
  description: 'Price with entries and exits, and the distribution of the returns of trades',
  draw(data: TradesData, size = defaultSize) {
    return picture(size, data, legendOf(data.trades), (box) => {
      const split = box.height * 0.62;
      return [
        pricePanel({ ...box, height: split }, data),
        returnsPanel({ ...box, top: box.top + split + 8, height: box.height - split - 8 }, data.trades),
      ];
    });
  },
} as const satisfies Chart<TradesData>;

function legendOf(all: readonly ChartTrade[]): LegendItem[] {
  const longs = all.filter((trade) => trade.direction === 'long').length;
  return [
    { label: 'Close', colour: 'muted', mark: 'line' },
    { label: `Long entry (${count(longs)})`, colour: 'blue', mark: 'up' },
    { label: `Short entry (${count(all.length - longs)})`, colour: 'vermillion', mark: 'down' },
    { label: 'Exit', colour: 'ink', mark: 'cross' },
  ];
}

function pricePanel(box: Box, { time, close, trades: all }: TradesData): Insert {
  const [span, range] = [
    extent(time),
    extent(
      close,
      all.flatMap((trade) => [trade.entryPrice, trade.exitPrice]),
    ),
  ];
  if (span === null || range === null) return message(box, 'There are no prices to show.');
  const log = asksForLog(range);
  const y = (log ? logAxis : linearAxis)(withAir(range, 0.06, log), tickLabel);
  const radius = all.length > connectable ? 3 : 4;
  const entries = (plot: Plot, direction: string) =>
    all
      .filter((trade) => trade.direction === direction)
      .map((trade) => ({ x: plot.x(trade.entryTime), y: plot.y(trade.entryPrice) }));
  const exits = (plot: Plot) => all.map((trade) => ({ x: plot.x(trade.exitTime), y: plot.y(trade.exitPrice) }));
  return panel(box, { x: timeAxis(span), y, title: `Price${log ? ', log scale' : ''}` }, (plot) => [
    markup`<path d="${linePath(plot, time, close)}" ${stroke('muted', 'line')} opacity="0.8"/>`,
    all.length > connectable ? null : connections(plot, all),
    marks(exits(plot), 'cross', 'ink', radius - 1),
    marks(entries(plot, 'long'), 'up', 'blue', radius),
    marks(entries(plot, 'short'), 'down', 'vermillion', radius),
  ]);
}

function connections(plot: Plot, all: readonly ChartTrade[]): Markup[] {
  return all.map(
    ({ direction, entryTime, entryPrice, exitTime, exitPrice }) =>
      markup`<path d="M${px(plot.x(entryTime))} ${px(plot.y(entryPrice))}L${px(plot.x(exitTime))} ${px(plot.y(exitPrice))}" ${stroke(direction === 'long' ? 'blue' : 'vermillion', 'line')} opacity="0.6"/>`,
  );
}

function returnsPanel(box: Box, all: readonly ChartTrade[]): Insert {
  const bins = histogram(
    all.map((trade) => trade.return),
    30,
  );
  if (bins === null) return message(box, 'There are no closed trades.');
  const { edges, counts, width, mean } = bins;
  const x = linearAxis([edges[0] - width, edges[edges.length - 1] + width], percentTick);
  const y = linearAxis([0, Math.max(...counts) * 1.08], tickLabel);
  const won = all.filter((trade) => trade.return > 0).length / all.length;
  const title = `Trades by return: ${percent(won)} won, mean ${signedPercent(mean)} (dashed)`;
  return panel(box, { x, y, title }, (plot) => [
    counts.map((height, k) => bar(plot, edges[k], edges[k + 1], height)),
    markup`<path d="M${px(plot.x(mean))} ${px(plot.top)}v${px(plot.height)}" ${stroke('ink', 'dashed')}/>`,
  ]);
}

function bar(plot: Plot, from: number, to: number, height: number): Insert {
  if (height === 0) return null;
  const [left, top] = [plot.x(from) + 0.5, plot.y(height)];
  const colour = from < 0 ? 'vermillion' : 'blue';
  return markup`<rect x="${px(left)}" y="${px(top)}" width="${px(plot.x(to) - 0.5 - left)}" height="${px(plot.top + plot.height - top)}" ${paint({ fill: colour })} opacity="0.8"/>`;
}
