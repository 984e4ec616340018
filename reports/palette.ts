import { Markup } from './markup.ts';

/**
 * On a light and on a dark ground. The hues are those of Okabe and Ito, "Color Universal Design" (2008), told apart by
 * the colour-blind; orange and purple are a little darker, for thin lines on white.
 */
export const palette = {
  paper: ['#ffffff', '#1b1f26'],
  ink: ['#1f2933', '#e6e9ee'],
  muted: ['#5f6b7a', '#9aa5b4'],
  grid: ['#e3e7ec', '#323841'],
  blue: ['#0072b2', '#4fa9dd'],
  vermillion: ['#d55e00', '#f08a4b'],
  green: ['#009e73', '#35c196'],
  orange: ['#d18f00', '#f0b840'],
  purple: ['#b5628f', '#dd98bf'],
  sky: ['#3d9fd6', '#8accf2'],
} as const;
export type Colour = keyof typeof palette;

/** For series without a meaning of their own, in this order. */
export const seriesColours: readonly Colour[] = ['blue', 'vermillion', 'green', 'orange', 'purple', 'sky', 'muted'];

/** Attributes that paint an element: the light colours, and classes by which a page can recolour it. */
export function paint({ fill, stroke }: { fill?: Colour; stroke?: Colour }): Markup {
  const attributes = [fill === undefined ? 'fill="none"' : `fill="${palette[fill][0]}"`];
  if (stroke !== undefined) attributes.push(`stroke="${palette[stroke][0]}"`);
  const classes = [fill && `fill-${fill}`, stroke && `stroke-${stroke}`].filter((name) => name !== undefined);
  if (classes.length > 0) attributes.push(`class="${classes.join(' ')}"`);
  return new Markup(attributes.join(' '));
}

/** Style rules that give painted elements their colours for a dark ground. */
export function darkRules(): string {
  return Object.entries(palette)
    .map(([name, [, dark]]) => `.fill-${name}{fill:${dark}}.stroke-${name}{stroke:${dark}}`)
    .join('');
}
