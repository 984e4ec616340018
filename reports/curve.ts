import { type LegendItem, label, type Plot, px, stroke } from './chart.ts';
import { type Insert, type Markup, markup } from './markup.ts';
import { type Colour, paint } from './palette.ts';
import { type Domain, extent } from './scale.ts';

/** The equity of one way to trade. */
export interface Curve {
  readonly name: string;
  readonly role: 'strategy' | 'benchmark' | 'baseline';
  /** Starts of bars, epoch milliseconds, ascending. */
  readonly time: ArrayLike<number>;
  /** After each bar, account currency. */
  readonly equity: ArrayLike<number>;
  /** What stood before the first bar. */
  readonly initialCapital: number;
}

/** A named stretch of time; both ends inclusive, epoch milliseconds. */
export interface Stretch {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

export interface CurveStyle {
  colour: Colour;
  mark: 'thick' | 'line' | 'dashed';
}

const baselineColours: readonly Colour[] = ['orange', 'green', 'purple', 'sky'];

/** How each curve looks: strategies stand out, the benchmark is grey, baselines are dashed. */
export function curveStyles(curves: readonly Curve[]): CurveStyle[] {
  const strategies: readonly Colour[] = ['blue', 'vermillion', 'green', 'purple'];
  const seen = { strategy: 0, benchmark: 0, baseline: 0 };
  return curves.map(({ role }) => {
    const k = seen[role]++;
    if (role === 'benchmark') return { colour: 'muted', mark: 'line' };
    if (role === 'baseline') return { colour: baselineColours[k % 4], mark: 'dashed' };
    return { colour: strategies[k % 4], mark: 'thick' };
  });
}

/** Legend of curves; `note` adds a figure to each name. */
export function curveLegend<C extends Curve>(curves: readonly C[], note: (curve: C) => string): LegendItem[] {
  const styles = curveStyles(curves);
  return curves.map((curve, k) => ({ label: `${curve.name}: ${note(curve)}`, ...styles[k] }));
}

/** Draws curves so that strategies lie on top; `path` gives the line of one. */
export function drawCurves<C extends Curve>(curves: readonly C[], path: (curve: C) => string): Markup[] {
  const styles = curveStyles(curves);
  const order = { baseline: 0, benchmark: 1, strategy: 2 };
  return curves
    .map((curve, k) => ({ curve, style: styles[k] }))
    .sort((a, b) => order[a.curve.role] - order[b.curve.role])
    .map(({ curve, style }) => markup`<path d="${path(curve)}" ${stroke(style.colour, style.mark)}/>`);
}

/** From the earliest to the latest time of any curve. */
export function timeDomain(curves: readonly { time: ArrayLike<number> }[]): Domain | null {
  return extent(...curves.map(({ time }) => time));
}

/** Room that `drawStretches` needs above the plot, pixels. */
export const stretchStrip = 14;

/** Shades stretches in turn and names each above the plot, as far as they lie in it. */
export function drawStretches(plot: Plot, stretches: readonly Stretch[]): Insert {
  return stretches.map(({ name, from, to }, k) => {
    const left = Math.max(plot.left, plot.x(from));
    const width = Math.min(plot.left + plot.width, plot.x(to)) - left;
    if (!(width > 1)) return null;
    const shade = markup`<rect x="${px(left)}" y="${px(plot.top)}" width="${px(width)}" height="${px(plot.height)}" ${paint({ fill: 'muted' })} opacity="${k % 2 === 0 ? 0.05 : 0.12}"/>`;
    const bar = markup`<rect x="${px(left)}" y="${px(plot.top - 3)}" width="${px(Math.max(0, width - 1))}" height="3" ${paint({ fill: 'muted' })} opacity="${k % 2 === 0 ? 0.35 : 0.7}"/>`;
    return [
      shade,
      bar,
      label(left + width / 2, plot.top - 7, name, { colour: 'muted', anchor: 'middle', size: 10, width: width - 4 }),
    ];
  });
}
