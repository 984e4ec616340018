import { formatDate } from '@stratlab/data/instant.ts';
import { type Chart, defaultSize, type Heading, linePath, message, type Plot, panel, picture, px } from '../chart.ts';
import { type Curve, curveLegend, curveStyles, drawCurves, timeDomain } from '../curve.ts';
import { percent, percentTick } from '../format.ts';
import { type Insert, markup } from '../markup.ts';
import { type Colour, paint } from '../palette.ts';
import { extent, linearAxis, timeAxis } from '../scale.ts';

export interface DrawdownData extends Heading {
  readonly curves: readonly Curve[];
}

export const drawdown = {
  kind: 'drawdown',
  description: 'How far the equity of the strategy and its benchmark lies below its earlier peak',
  draw(data: DrawdownData, size = defaultSize) {
    const sunk = data.curves.map(underWater);
    const legend = curveLegend(sunk, worstNote);
    return picture(size, data, legend, (box) => {
      const time = timeDomain(sunk);
      const range = extent(...sunk.map(({ depths }) => depths));
      if (time === null || range === null) return message(box, 'There is no equity to show.');
      const y = linearAxis([Math.min(range[0], -0.01) * 1.06, 0], percentTick);
      return panel(box, { x: timeAxis(time), y, title: 'Below the earlier peak' }, (plot) => [
        drawCurves(sunk, (curve) => linePath(plot, curve.time, curve.depths)),
        sunk.map((curve, k) => (curve.role === 'strategy' ? drawArea(plot, curve, curveStyles(sunk)[k].colour) : null)),
      ]);
    });
  },
} as const satisfies Chart<DrawdownData>;

interface SunkCurve extends Curve {
  /** Equity over its running peak, less 1; the peak begins at the initial capital. */
  readonly depths: Float64Array;
}

function underWater(curve: Curve): SunkCurve {
  let peak = curve.initialCapital;
  const depths = Float64Array.from(curve.equity, (value) => {
    if (value > peak) peak = value;
    return value / peak - 1;
  });
  return { ...curve, depths };
}

function worstNote({ time, depths }: SunkCurve): string {
  const worst = extent(depths)?.[0] ?? 0;
  return worst < 0 ? `worst ${percent(worst)}, ${formatDate(time[depths.indexOf(worst)])}` : 'none';
}

/** Fills the space between the curve and its peak, and marks the worst point. */
function drawArea(plot: Plot, { time, depths }: SunkCurve, colour: Colour): Insert {
  const line = linePath(plot, time, depths);
  const worst = extent(depths);
  if (worst === null) return null;
  const [left, right] = [time[0], time[depths.length - 1]].map((instant) => px(plot.x(instant)));
  const path = `M${left} ${px(plot.top)}L${line.slice(1).replaceAll('M', 'L')}L${right} ${px(plot.top)}z`;
  const [x, y] = [plot.x(time[depths.indexOf(worst[0])]), plot.y(worst[0])];
  return markup`<path d="${path}" ${paint({ fill: colour })} opacity="0.18"/>
<circle cx="${px(x)}" cy="${px(y)}" r="3.5" ${paint({ fill: 'ink', stroke: 'paper' })}/>`;
}
