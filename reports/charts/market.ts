import { type Bars, barCount } from '@stratlab/data/bars.ts';
import {
  type Box,
  type Chart,
  defaultSize,
  type Heading,
  linePath,
  message,
  type Plot,
  panel,
  picture,
  px,
  stroke,
} from '../chart.ts';
import { tickLabel } from '../format.ts';
import { type Insert, type Markup, markup } from '../markup.ts';
import { type Colour, paint } from '../palette.ts';
import { type Axis, asksForLog, extent, linearAxis, logAxis, rowAxis, timeAxis, withAir } from '../scale.ts';

export interface MarketData extends Heading {
  readonly bars: Bars;
}

/** With more bars than this, candles are too narrow to read and the closes are drawn as a line. */
const mostCandles = 160;

export const market = {
  kind: 'market',
  description: 'Prices, as candles where there are few bars, and volume',
  draw({ bars, ...heading }: MarketData, size = defaultSize) {
    const candles = barCount(bars) <= mostCandles;
    const legend = candles
      ? ([
          { label: 'Close at or above open', colour: 'blue', mark: 'area' },
          { label: 'Close below open', colour: 'vermillion', mark: 'area' },
        ] as const)
      : [];
    return picture(size, heading, legend, (box) => {
      const span = extent(bars.time);
      if (span === null) return message(box, 'There are no bars to show.');
      const x = candles ? rowAxis(bars.time) : timeAxis(span);
      const volumes = extent(bars.volume)?.[1] ?? 0;
      if (volumes <= 0) return pricePanel(box, bars, x, candles);
      const split = box.height * 0.75;
      return [
        pricePanel({ ...box, height: split }, bars, x, candles, false),
        volumePanel({ ...box, top: box.top + split + 2, height: box.height - split - 2 }, bars, x, candles),
      ];
    });
  },
} as const satisfies Chart<MarketData>;

function pricePanel(box: Box, bars: Bars, x: Axis, candles: boolean, xLabels = true): Insert {
  const range = candles ? extent(bars.low, bars.high) : extent(bars.close);
  if (range === null) return message(box, 'There are no prices to show.');
  const log = asksForLog(range);
  const y = (log ? logAxis : linearAxis)(withAir(range, 0.04, log), tickLabel);
  const title = `${candles ? 'Price' : 'Close'}${log ? ', log scale' : ''}`;
  return panel(box, { x, y, title, xLabels }, (plot) =>
    candles
      ? drawCandles(plot, bars)
      : markup`<path d="${linePath(plot, bars.time, bars.close)}" ${stroke('blue', 'line')}/>`,
  );
}

function drawCandles(plot: Plot, bars: Bars): Markup[] {
  const width = Math.max(1, (plot.width / barCount(bars)) * 0.66);
  return Array.from(bars.time, (_, row) => {
    const [open, close] = [bars.open[row], bars.close[row]];
    const [top, bottom] = [plot.y(Math.max(open, close)), plot.y(Math.min(open, close))];
    const [x, colour] = [plot.x(row), colourOf(bars, row)];
    return markup`<path d="M${px(x)} ${px(plot.y(bars.high[row]))}V${px(plot.y(bars.low[row]))}" ${paint({ stroke: colour })}/><rect x="${px(x - width / 2)}" y="${px(top)}" width="${px(width)}" height="${px(Math.max(1, bottom - top))}" ${paint({ fill: colour })}/>`;
  });
}

function colourOf({ open, close }: Bars, row: number): Colour {
  return close[row] < open[row] ? 'vermillion' : 'blue';
}

function volumePanel(box: Box, bars: Bars, x: Axis, candles: boolean): Insert {
  const highest = extent(bars.volume)?.[1] ?? 1;
  const rows = barCount(bars);
  const axes = {
    x,
    y: linearAxis([0, highest * 1.05], tickLabel),
    title: rows > 600 ? 'Volume, largest per pixel' : 'Volume',
  };
  return panel(box, axes, (plot) => {
    const width = candles ? Math.max(1, (plot.width / rows) * 0.66) : 1;
    const position = candles ? (row: number) => plot.x(row) : (row: number) => plot.x(bars.time[row]);
    return markup`<path d="${volumePath(plot, bars.volume, position)}" ${paint({ stroke: 'muted' })} stroke-width="${px(width)}" opacity="0.7"/>`;
  });
}

/** One upright per pixel at most, as high as the largest volume on it. */
function volumePath(plot: Plot, volume: Float64Array, position: (row: number) => number): string {
  const highest = new Map<number, number>();
  for (let row = 0; row < volume.length; row++) {
    if (!(volume[row] > 0)) continue;
    const x = Math.round(position(row) * (volume.length > 600 ? 1 : 10)) / (volume.length > 600 ? 1 : 10);
    if (volume[row] > (highest.get(x) ?? 0)) highest.set(x, volume[row]);
  }
  const floor = px(plot.y(0));
  return Array.from(highest, ([x, value]) => `M${px(x)} ${floor}V${px(plot.y(value))}`).join('');
}
