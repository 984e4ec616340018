import { type Chart, defaultSize, type Heading, linePath, message, panel, picture, px } from '../chart.ts';
import {
  type Curve,
  curveLegend,
  drawCurves,
  drawStretches,
  type Stretch,
  stretchStrip,
  timeDomain,
} from '../curve.ts';
import { signedPercent, tickLabel, unknown } from '../format.ts';
import { markup } from '../markup.ts';
import { paint } from '../palette.ts';
import { asksForLog, type Domain, extent, linearAxis, logAxis, timeAxis, withAir } from '../scale.ts';

export interface EquityData extends Heading {
  readonly curves: readonly Curve[];
  /** Train, validation, test; shaded. */
  readonly stretches?: readonly Stretch[];
  readonly currency?: string;
}

export const equity = {
  kind: 'equity',
  description: 'Equity of the strategy, its benchmark and baselines, after costs',
  draw(data: EquityData, size = defaultSize) {
    const { curves, stretches = [], currency } = data;
    const legend = curveLegend(curves, (curve) => totalReturn(curve));
    return picture(size, data, legend, (box) => {
      const time = timeDomain(curves);
      const range = extent(...curves.map((curve) => curve.equity), capitals(curves));
      if (time === null || range === null) return message(box, 'There is no equity to show.');
      const log = asksForLog(range);
      const title = `Equity${currency === undefined ? '' : `, ${currency}`}${log ? ', log scale' : ''}`;
      const axes = {
        x: timeAxis(time),
        y: moneyAxis(range, log),
        title,
        strip: stretches.length > 0 ? stretchStrip : 0,
      };
      return panel(box, axes, (plot) => [
        drawStretches(plot, stretches),
        capitals(curves).map(
          (capital) =>
            markup`<path d="M${px(plot.left)} ${px(plot.y(capital))}h${px(plot.width)}" ${paint({ stroke: 'muted' })} stroke-dasharray="2 3"/>`,
        ),
        drawCurves(curves, (curve) => linePath(plot, curve.time, curve.equity)),
      ]);
    });
  },
} as const satisfies Chart<EquityData>;

function moneyAxis(range: Domain, log: boolean) {
  const domain = withAir(range, 0.04, log);
  return log ? logAxis(domain, tickLabel) : linearAxis(domain, tickLabel);
}

function capitals(curves: readonly Curve[]): number[] {
  return [...new Set(curves.map((curve) => curve.initialCapital))];
}

function totalReturn({ equity, initialCapital }: Curve): string {
  if (equity.length === 0) return unknown;
  return signedPercent(equity[equity.length - 1] / initialCapital - 1);
}
