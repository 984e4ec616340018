import {
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
import { type Insert, markup } from '../markup.ts';
import { paint } from '../palette.ts';
import { extent, linearAxis } from '../scale.ts';

/** Forecasts of about the same probability, and how often they came true. */
export interface ReliabilityBin {
  readonly rows: number;
  readonly confidence: number;
  readonly hitRate: number;
}

export interface ReliabilityData extends Heading {
  /** Ascending by confidence. */
  readonly bins: readonly ReliabilityBin[];
}

export const reliability = {
  kind: 'reliability',
  description: 'How often the likeliest class is right, against the probability that the model gave it',
  draw(data: ReliabilityData, size = defaultSize) {
    const { bins } = data;
    const confidence = bins.map((bin) => bin.confidence);
    const hits = bins.map((bin) => bin.hitRate);
    return picture(size, data, legend, (box) => {
      const range = extent(confidence, hits);
      if (range === null) return message(box, 'There are no probabilities to judge.');
      const domain = [Math.max(0, range[0] - 0.05), Math.min(1, range[1] + 0.05)] as const;
      const axis = linearAxis(domain, shareLabel);
      return panel(box, { x: axis, y: axis, title: 'Share of hits by mean confidence' }, (plot) => [
        errorBars(plot, bins, domain),
        markup`<path d="${linePath(plot, domain, domain)}" ${stroke('ink', 'dashed')}/>`,
        markup`<path d="${linePath(plot, confidence, hits)}" ${stroke('blue', 'thick')}/>`,
        marks(
          bins.map((bin) => ({ x: plot.x(bin.confidence), y: plot.y(bin.hitRate) })),
          'cross',
          'blue',
          4,
        ),
      ]);
    });
  },
} as const satisfies Chart<ReliabilityData>;

const legend: LegendItem[] = [
  { label: 'Hits of each tenth of the rows', colour: 'blue', mark: 'thick' },
  { label: 'Perfectly calibrated', colour: 'ink', mark: 'dashed' },
  { label: 'One standard error, rows taken as independent', colour: 'sky', mark: 'area' },
];

/** Hits within one binomial standard error, held inside the plot. */
function errorBars(plot: Plot, bins: readonly ReliabilityBin[], [low, high]: readonly [number, number]): Insert {
  const path = bins.map(({ rows, confidence, hitRate }) => {
    const error = Math.sqrt((hitRate * (1 - hitRate)) / rows);
    const [from, to] = [Math.max(low, hitRate - error), Math.min(high, hitRate + error)];
    return `M${px(plot.x(confidence) - 4)} ${px(plot.y(from))}V${px(plot.y(to))}h8V${px(plot.y(from))}z`;
  });
  return markup`<path d="${path.join('')}" ${paint({ fill: 'sky' })} opacity="0.5"/>`;
}

function shareLabel(share: number): string {
  return `${Number((100 * share).toFixed(1))}%`;
}
