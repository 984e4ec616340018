import { monthlyReturns, type PeriodReturn, yearlyReturns } from '@stratlab/backtests/periods.ts';
import type { SessionReturns } from '@stratlab/backtests/session-returns.ts';
import {
  type Box,
  type Chart,
  defaultSize,
  type Heading,
  label,
  message,
  type Plot,
  panel,
  picture,
  px,
  stroke,
} from '../chart.ts';
import { fixed, percent, percentTick, tickLabel } from '../format.ts';
import { type Histogram, histogram } from '../histogram.ts';
import { type Insert, type Markup, markup } from '../markup.ts';
import { paint } from '../palette.ts';
import { linearAxis } from '../scale.ts';

export interface ReturnsData extends Heading {
  readonly sessions: SessionReturns;
}

export const returns = {
  kind: 'returns',
  description: 'Distribution of the returns of sessions beside the normal one, and the return of each month',
  draw(data: ReturnsData, size = defaultSize) {
    const legend = [
      { label: 'Sessions', colour: 'blue', mark: 'area' },
      { label: 'Normal, same mean and deviation', colour: 'vermillion', mark: 'thick' },
    ] as const;
    return picture(size, data, legend, (box) => {
      const split = box.width * 0.42;
      return [
        distribution({ ...box, width: split }, data.sessions),
        months({ ...box, left: box.left + split + 12, width: box.width - split - 12 }, data.sessions),
      ];
    });
  },
} as const satisfies Chart<ReturnsData>;

function distribution(box: Box, sessions: SessionReturns): Insert {
  const bins = histogram(sessions.returns, 40);
  if (bins === null) return message(box, 'There are no returns to show.');
  const { edges, counts, beyond } = bins;
  const highest = Math.max(...counts, normalCount(bins, bins.mean));
  const x = linearAxis([edges[0], edges[edges.length - 1]], percentTick);
  const y = linearAxis([0, highest * 1.05], tickLabel);
  const title = `Sessions by return${beyond === 0 ? '' : `; ${beyond} lie further out`}`;
  return panel(box, { x, y, title }, (plot) => [
    counts.map((height, k) => bar(plot, edges[k], edges[k + 1], height)),
    bins.deviation > 0 ? markup`<path d="${normalPath(plot, bins)}" ${stroke('vermillion', 'thick')}/>` : null,
  ]);
}

function bar(plot: Plot, from: number, to: number, height: number): Insert {
  if (height === 0) return null;
  const [left, top] = [plot.x(from), plot.y(height)];
  return markup`<rect x="${px(left)}" y="${px(top)}" width="${px(Math.max(0.5, plot.x(to) - left - 0.6))}" height="${px(plot.top + plot.height - top)}" ${paint({ fill: 'blue' })} opacity="0.75"/>`;
}

/** Values that a normal distribution would have in a bin around `value`. */
function normalCount({ total, width, mean, deviation }: Histogram, value: number): number {
  if (deviation === 0) return 0;
  const z = (value - mean) / deviation;
  return (total * width * Math.exp(-0.5 * z * z)) / (deviation * Math.sqrt(2 * Math.PI));
}

function normalPath(plot: Plot, bins: Histogram): string {
  const [low, high] = [bins.edges[0], bins.edges[bins.edges.length - 1]];
  const points = Array.from({ length: 121 }, (_, k) => low + ((high - low) * k) / 120);
  return points.map((x, k) => `${k === 0 ? 'M' : 'L'}${px(plot.x(x))} ${px(plot.y(normalCount(bins, x)))}`).join('');
}

const initials = ['J', 'F', 'M', 'A', 'M', 'J', 'J', 'A', 'S', 'O', 'N', 'D'];
const columns = 13;

/** Years down, months across, the year's return at the end; colour by size, one scale for months and one for years. */
function months(box: Box, sessions: SessionReturns): Insert {
  const years = yearlyReturns(sessions);
  if (years.length === 0) return null;
  const monthly = monthlyReturns(sessions);
  const first = years[0].year;
  const rows = years[years.length - 1].year - first + 1;
  const table = { ...box, left: box.left + 30, width: box.width - 30, top: box.top + 34, height: box.height - 40 };
  const cell = { width: table.width / (columns + 0.3), height: Math.min(24, table.height / rows) };
  const place = (year: number, column: number) => ({
    left: table.left + cell.width * (column + (column === 12 ? 0.3 : 0)),
    top: table.top + cell.height * (year - first),
    ...cell,
  });
  const every = Math.ceil(11 / cell.height);
  return [
    label(table.left, box.top + 11, 'Return by month and year, %', { colour: 'muted', width: table.width }),
    [...initials, 'Year'].map((name, column) => {
      const { left, width } = place(first, column);
      return label(left + width / 2, table.top - 5, name, { colour: 'muted', anchor: 'middle', size: 10 });
    }),
    years
      .filter(({ year }) => (year - first) % every === 0)
      .map(({ year }) => {
        const { top, height } = place(year, 0);
        return label(table.left - 5, top + height / 2 + 3.5, String(year), {
          colour: 'muted',
          anchor: 'end',
          size: 10,
        });
      }),
    cells(monthly, ({ year, month = 1 }) => place(year, month - 1)),
    cells(years, ({ year }) => place(year, 12)),
  ];
}

function cells(periods: readonly PeriodReturn[], place: (period: PeriodReturn) => Box): Markup[] {
  const sizes = periods.map((period) => Math.abs(period.return)).sort((a, b) => a - b);
  const strongest = sizes[Math.floor((sizes.length - 1) * 0.95)] || 1;
  return periods.map((period) =>
    heatCell(place(period), period.return, Math.min(1, Math.abs(period.return) / strongest)),
  );
}

function heatCell({ left, top, width, height }: Box, value: number, strength: number): Markup {
  const colour = value < 0 ? 'vermillion' : 'blue';
  const text = fixed(value * 100, Math.abs(value) < 0.0995 ? 1 : 0);
  return markup`<rect x="${px(left + 0.5)}" y="${px(top + 0.5)}" width="${px(width - 1)}" height="${px(height - 1)}" ${paint({ fill: colour })} fill-opacity="${px(0.06 + strength * 0.6)}"><title>${percent(value)}</title></rect>
${height < 11 ? null : label(left + width / 2, top + height / 2 + 3.5, text, { anchor: 'middle', size: 9.5 })}`;
}
