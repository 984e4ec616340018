import { keepExtremes } from './downsample.ts';
import { type Insert, Markup, markup } from './markup.ts';
import { type Colour, paint } from './palette.ts';
import type { Axis, Tick } from './scale.ts';
import { fitText, textWidth } from './text-width.ts';

/**
 * A kind of picture: a pure function of its data, the same bytes for the same data. The file's name is its kind with
 * hyphens. A value that is not known (NaN) is left out; data without any value give a picture that says so.
 */
export interface Chart<Data> {
  readonly kind: string;
  /** What it shows, one line. */
  readonly description: string;
  /** A whole SVG document, at most about 200 kB however long the series. */
  draw(data: Data, size?: Size): string;
}

/** Pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export const defaultSize: Size = { width: 800, height: 450 };

export interface Heading {
  readonly title: string;
  readonly subtitle?: string;
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface LegendItem {
  readonly label: string;
  readonly colour: Colour;
  readonly mark: Mark;
}
export type Mark = 'thick' | 'line' | 'dashed' | 'area' | 'up' | 'down' | 'cross';

const margin = 18;
const labelSize = 11;
const legendRow = 18;
/** Room for the labels of a vertical axis: the same everywhere, so that pictures above each other line up. */
const gutter = 54;
const titleRow = 18;
const tickRow = 20;

/** The document: heading, legend below it, and the rest for `body`. */
export function picture(
  size: Size,
  heading: Heading,
  legend: readonly LegendItem[],
  body: (box: Box) => Insert,
): string {
  const width = size.width - 2 * margin;
  const headingEnd = heading.subtitle === undefined ? 38 : 56;
  const { drawn, height } = drawLegend(legend, { left: margin, top: headingEnd, width });
  const top = headingEnd + height + 6;
  const box = { left: margin, top, width, height: size.height - top - 12 };
  const document = markup`<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}" font-family="DejaVu Sans, Verdana, sans-serif" font-size="${labelSize}" role="img" aria-label="${heading.title}">
<rect width="${size.width}" height="${size.height}" ${paint({ fill: 'paper' })}/>
${label(margin, 28, heading.title, { size: 16, weight: 'bold', width })}
${heading.subtitle === undefined ? null : label(margin, 47, heading.subtitle, { size: 12, colour: 'muted', width })}
${drawn}${body(box)}
</svg>`;
  return document.text;
}

export interface LabelStyle {
  size?: number;
  colour?: Colour;
  weight?: 'normal' | 'bold';
  anchor?: 'start' | 'middle' | 'end';
  /** Longer text is shortened to this many pixels. */
  width?: number;
}

/** Text whose baseline begins, is centred or ends at a point. */
export function label(x: number, y: number, text: string, style: LabelStyle = {}): Markup {
  const { size = labelSize, colour = 'ink', weight = 'normal', anchor = 'start', width } = style;
  const shown = width === undefined ? text : fitText(text, size * (weight === 'bold' ? 1.12 : 1), width);
  const extras = [
    size === labelSize ? '' : ` font-size="${size}"`,
    weight === 'normal' ? '' : ` font-weight="${weight}"`,
    anchor === 'start' ? '' : ` text-anchor="${anchor}"`,
  ];
  return markup`<text x="${px(x)}" y="${px(y)}" ${paint({ fill: colour })}${new Markup(extras.join(''))}>${shown}</text>`;
}

/** Stands where there is nothing to draw. */
export function message(box: Box, text: string): Markup {
  return label(box.left + box.width / 2, box.top + box.height / 2, text, {
    size: 13,
    colour: 'muted',
    anchor: 'middle',
    width: box.width,
  });
}

/** Legend entries side by side, wrapped into rows of the given width, and the height that they take. */
export function drawLegend(
  items: readonly LegendItem[],
  place: { left: number; top: number; width: number },
): { drawn: Markup; height: number } {
  let x = place.left;
  let y = place.top;
  const entries: Markup[] = [];
  for (const item of items) {
    const text = fitText(item.label, labelSize, Math.min(place.width - 30, 320));
    const width = textWidth(text, labelSize) + 44;
    if (x > place.left && x + width - 20 > place.left + place.width) {
      x = place.left;
      y += legendRow;
    }
    entries.push(markup`${swatch(item, x, y + 8)}${label(x + 24, y + 12, text)}`);
    x += width;
  }
  return { drawn: markup`${entries}`, height: items.length === 0 ? 0 : y + legendRow - place.top };
}

function swatch({ mark, colour }: LegendItem, x: number, y: number): Markup {
  switch (mark) {
    case 'area':
      return markup`<rect x="${px(x + 2)}" y="${px(y - 5)}" width="14" height="10" ${paint({ fill: colour })}/>`;
    case 'up':
    case 'down':
    case 'cross':
      return marks([{ x: x + 9, y }], mark, colour, 5);
    default:
      return markup`<path d="M${px(x)} ${px(y)}h18" ${stroke(colour, mark)}/>`;
  }
}

/** Stroke attributes of a line. */
export function stroke(colour: Colour, mark: 'thick' | 'line' | 'dashed'): Markup {
  const width = mark === 'thick' ? 2 : 1.4;
  const dash = mark === 'dashed' ? ' stroke-dasharray="5 3"' : '';
  return markup`${paint({ stroke: colour })} stroke-width="${width}" stroke-linejoin="round"${new Markup(dash)}`;
}

/** Small signs of one kind, as one path; of those that would cover one another only the first is drawn. */
export function marks(
  points: readonly { x: number; y: number }[],
  mark: 'up' | 'down' | 'cross',
  colour: Colour,
  radius: number,
): Markup {
  const shapes = {
    up: `l${px(radius)} ${px(2 * radius)}h${px(-2 * radius)}z`,
    down: `l${px(radius)} ${px(-2 * radius)}h${px(-2 * radius)}z`,
    cross: `l${px(2 * radius)} ${px(2 * radius)}m0 ${px(-2 * radius)}l${px(-2 * radius)} ${px(2 * radius)}`,
  };
  const start = { up: [0, -radius], down: [0, radius], cross: [-radius, -radius] }[mark];
  const first = new Map<string, string>();
  for (const { x, y } of points) {
    const cell = `${Math.round(x / radius)} ${Math.round(y / radius)}`;
    if (!first.has(cell)) first.set(cell, `M${px(x + start[0])} ${px(y + start[1])}${shapes[mark]}`);
  }
  const path = [...first.values()].join('');
  const style =
    mark === 'cross'
      ? markup`${paint({ stroke: colour })} stroke-width="1.4"`
      : markup`${paint(radius < 4 ? { fill: colour } : { fill: colour, stroke: 'paper' })} stroke-width="0.8"`;
  return markup`<path d="${new Markup(path)}" ${style}/>`;
}

export interface PanelAxes {
  x: Axis;
  y: Axis;
  /** Stands above the plot: what the vertical axis measures. */
  title?: string;
  /** False where the panel below has the same horizontal axis. */
  xLabels?: boolean;
  /** Pixels to leave free between title and plot. */
  strip?: number;
}

/** The area that data are drawn in, and where values lie in it. */
export interface Plot extends Box {
  x(value: number): number;
  y(value: number): number;
}

/** A plot with grid, axes and labels that fills a box; `draw` draws the data between grid and axes. */
export function panel(
  box: Box,
  { x, y, title, xLabels = true, strip = 0 }: PanelAxes,
  draw: (plot: Plot) => Insert,
): Markup {
  const above = (title === undefined ? 6 : titleRow) + strip;
  const inner: Box = {
    left: box.left + gutter,
    top: box.top + above,
    width: box.width - gutter - 10,
    height: box.height - above - (xLabels ? tickRow : 4),
  };
  const plot: Plot = {
    ...inner,
    x: (value) => inner.left + x.at(value) * inner.width,
    y: (value) => inner.top + (1 - y.at(value)) * inner.height,
  };
  const yTicks = y.ticks(Math.max(3, Math.floor(inner.height / 32)));
  const xTicks = fittingTicks(x, inner.width);
  const bottom = inner.top + inner.height;
  return markup`${title === undefined ? null : label(inner.left, box.top + 11, title, { colour: 'muted', width: inner.width })}
<path d="${yTicks.map(({ value }) => `M${px(inner.left)} ${px(plot.y(value))}h${px(inner.width)}`).join('')}" ${paint({ stroke: 'grid' })}/>
${draw(plot)}
<path d="M${px(inner.left)} ${px(bottom)}h${px(inner.width)}${xTicks.map(({ value }) => `M${px(plot.x(value))} ${px(bottom)}v4`).join('')}" ${paint({ stroke: 'muted' })}/>
${yTicks.map(({ value, label: text }) => label(inner.left - 7, plot.y(value) + 4, text, { colour: 'muted', anchor: 'end' }))}
${xLabels ? xTickLabels(plot, xTicks) : null}`;
}

/** As many ticks as have room for their labels. */
function fittingTicks(axis: Axis, width: number): readonly Tick[] {
  for (let count = Math.floor(width / 48); ; count--) {
    const ticks = axis.ticks(Math.max(2, count));
    const needed = ticks.reduce((sum, { label: text }) => sum + textWidth(text, labelSize) + 16, 0);
    if (needed <= width || count <= 2) return ticks;
  }
}

/** Centred below their ticks, moved inwards at the edges; one that would touch the label before it is left out. */
function xTickLabels(plot: Plot, ticks: readonly Tick[]): Markup[] {
  let end = Number.NEGATIVE_INFINITY;
  return ticks.flatMap(({ value, label: text }) => {
    const half = textWidth(text, labelSize) / 2;
    const x = Math.min(Math.max(plot.x(value), plot.left - gutter / 2 + half), plot.left + plot.width + 16 - half);
    if (x - half < end + 8) return [];
    end = x + half;
    return [label(x, plot.top + plot.height + 16, text, { colour: 'muted', anchor: 'middle' })];
  });
}

/** Path data of a line through the known values; unknown ones break it, and one alone between them is a dash. */
export function linePath(plot: Plot, x: ArrayLike<number>, y: ArrayLike<number>): string {
  const at = (row: number) => (plot.x(x[row]) - plot.left) / plot.width;
  const rows = keepExtremes(y, at, Math.round(plot.width));
  const begins = rows.map((row, k) => k === 0 || (row > rows[k - 1] + 1 && hasUnknown(y, rows[k - 1] + 1, row)));
  const points = rows.map((row, k) => {
    const alone = begins[k] && (begins[k + 1] ?? true);
    return `${begins[k] ? 'M' : 'L'}${px(plot.x(x[row]))} ${px(plot.y(y[row]))}${alone ? 'h1' : ''}`;
  });
  return points.join('');
}

function hasUnknown(values: ArrayLike<number>, from: number, to: number): boolean {
  for (let row = from; row < to; row++) if (!Number.isFinite(values[row])) return true;
  return false;
}

/** A coordinate to a tenth of a pixel. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10 + 0);
}
