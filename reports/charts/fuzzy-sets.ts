import {
  type Box,
  type Chart,
  defaultSize,
  drawLegend,
  type Heading,
  type LegendItem,
  label,
  linePath,
  message,
  type Plot,
  panel,
  picture,
  px,
  stroke,
} from '../chart.ts';
import { tickLabel } from '../format.ts';
import { type Histogram, histogram } from '../histogram.ts';
import { type Insert, markup } from '../markup.ts';
import { paint, seriesColours } from '../palette.ts';
import { extent, linearAxis } from '../scale.ts';

/** One indicator and the sets that its values are divided into. */
export interface FuzzyVariable {
  /** Id of the fuzzy sets in the strategy. */
  readonly name: string;
  readonly indicator: string;
  /** Ascending values of the indicator at which the degrees are given. */
  readonly grid: ArrayLike<number>;
  readonly sets: readonly { readonly name: string; readonly degrees: ArrayLike<number> }[];
  /** Values that the indicator took, for the histogram behind the curves. */
  readonly values?: ArrayLike<number>;
}

export interface FuzzySetsData extends Heading {
  readonly variables: readonly FuzzyVariable[];
}

export const fuzzySets = {
  kind: 'fuzzy_sets',
  description: 'Degree of membership over the range of each indicator, and how often its values occur',
  draw(data: FuzzySetsData, size = sizeFor(data.variables.length)) {
    const { variables } = data;
    return picture(size, data, [], (box) => {
      if (variables.length === 0) return message(box, 'The strategy has no fuzzy sets.');
      const across = variables.length === 1 ? 1 : 2;
      const down = Math.ceil(variables.length / across);
      const [width, height] = [box.width / across, box.height / down];
      return variables.map((variable, k) =>
        variablePanel(
          {
            left: box.left + (k % across) * width,
            top: box.top + Math.floor(k / across) * height,
            width: width - (across - 1) * 8,
            height: height - 8,
          },
          variable,
        ),
      );
    });
  },
} as const satisfies Chart<FuzzySetsData>;

/** Two variables fill the usual size; each further pair adds a row. */
function sizeFor(variables: number): { width: number; height: number } {
  const rows = Math.ceil(variables / 2);
  return { ...defaultSize, height: Math.max(defaultSize.height, 70 + rows * 200) };
}

function variablePanel(box: Box, variable: FuzzyVariable): Insert {
  const { name, indicator, grid, sets, values } = variable;
  const colours = sets.map((_, k) => seriesColours[k % seriesColours.length]);
  const items = sets.map(
    ({ name: set }, k): LegendItem => ({
      label: set,
      colour: colours[k],
      mark: k < seriesColours.length ? 'thick' : 'dashed',
    }),
  );
  const legend = drawLegend(items, { left: box.left, top: box.top + 18, width: box.width });
  const rest = { ...box, top: box.top + 18 + legend.height, height: box.height - 18 - legend.height };
  const domain = extent(grid);
  const title = name === indicator ? name : `${name}: ${indicator}`;
  return [
    label(box.left, box.top + 12, title, { size: 12, weight: 'bold', width: box.width }),
    legend.drawn,
    domain === null
      ? message(rest, 'The range of the indicator is not known.')
      : panel(rest, { x: linearAxis(domain, tickLabel), y: linearAxis([0, 1.05], degreeLabel) }, (plot) => [
          values === undefined ? null : drawDistribution(plot, histogram(values, 40), domain),
          sets.map(
            ({ degrees }, k) =>
              markup`<path d="${linePath(plot, grid, degrees)}" ${stroke(colours[k], items[k].mark === 'thick' ? 'thick' : 'dashed')}/>`,
          ),
        ]),
  ];
}

/** Bars as high as the share of values, the highest filling the plot; what lies beyond the grid is left out. */
function drawDistribution(plot: Plot, bins: Histogram | null, [low, high]: readonly [number, number]): Insert {
  if (bins === null) return null;
  const { edges, counts } = bins;
  const highest = Math.max(...counts);
  const path = counts.map((height, k) => {
    const [from, to] = [Math.max(low, edges[k]), Math.min(high, edges[k + 1])];
    if (height === 0 || from >= to) return '';
    return `M${px(plot.x(from) + 0.4)} ${px(plot.y(0))}V${px(plot.y(height / highest))}H${px(plot.x(to) - 0.4)}V${px(plot.y(0))}z`;
  });
  return markup`<path d="${path.join('')}" ${paint({ fill: 'muted' })} opacity="0.2"/>`;
}

function degreeLabel(degree: number): string {
  return degree.toFixed(1);
}
