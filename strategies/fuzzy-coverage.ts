import type { Problem } from '@stratlab/data/error.ts';
import { findIndicator } from './indicators/index.ts';
import type { ParsedMembership } from './memberships/index.ts';

type Range = readonly [number, number];

interface NamedSet {
  readonly set: string;
  readonly membership: ParsedMembership;
}

const percent: Range = [0, 100];

/** Ranges that an indicator's definition keeps it in, by type, or by type and output. */
const ranges: Readonly<Record<string, Range>> = {
  rsi: percent,
  mfi: percent,
  ultimate_oscillator: percent,
  cmo: [-100, 100],
  williams_r: [-100, 0],
  cmf: [-1, 1],
  correlation: [-1, 1],
  ...{ 'adx.adx': percent, 'adx.plus_di': percent, 'adx.minus_di': percent, 'adx.dx': percent },
  ...{ 'stochastic.k': percent, 'stochastic.d': percent, 'stochrsi.k': percent, 'stochrsi.d': percent },
  ...{ 'aroon.up': percent, 'aroon.down': percent, 'aroon.oscillator': [-100, 100] },
};

/** The values that a column of an indicator type can take; undefined where they have no bounds. */
export function rangeOf(type: string, output: string | undefined): Range | undefined {
  const canonical = findIndicator(type)?.type;
  return ranges[output === undefined ? `${canonical}` : `${canonical}.${output}`];
}

/** Where no set of a variable is above 0.01, within its range or between its sets; and sets that say the same. */
export function coverageWarnings(path: string, sets: readonly NamedSet[], range?: Range): Problem[] {
  return [...gaps(sets, range).map((message) => ({ path, message })), ...copies(path, sets)];
}

function gaps(sets: readonly NamedSet[], range: Range | undefined): string[] {
  const spans = sets
    .map(({ membership: { membership, parameters } }) => membership.support(parameters))
    .sort(([a], [b]) => a - b);
  if (spans.length === 0) return [];
  const blind: string[] = [];
  let reached = range?.[0] ?? spans[0][0];
  for (const [low, high] of [...spans, ...(range ? [[range[1], range[1]]] : [])]) {
    if (low > reached + 1e-9) {
      blind.push(`No set is above 0.01 between ${round(reached)} and ${round(low)}: there the sets cannot see.`);
    }
    reached = Math.max(reached, high);
  }
  return blind;
}

function copies(path: string, sets: readonly NamedSet[]): Problem[] {
  return sets.flatMap(({ set, membership }, k) => {
    const twin = sets.slice(0, k).find((other) => sameDegrees(other.membership, membership));
    return twin === undefined
      ? []
      : [{ path: `${path}.${set}`, message: `"${set}" overlaps "${twin.set}" completely: they are the same set.` }];
  });
}

/** Compared at 201 values over what both support. */
function sameDegrees(a: ParsedMembership, b: ParsedMembership): boolean {
  const [low, high] = [a, b].map(({ membership, parameters }) => membership.support(parameters)).reduce(union);
  const [from, to] = [Math.max(low, -1e6), Math.min(high, 1e6)];
  const values = Float64Array.from({ length: 201 }, (_, k) => from + ((to - from) * k) / 200);
  const [first, second] = [a, b].map(({ membership, parameters }) => membership.degrees(values, parameters));
  return first.every((degree, k) => Math.abs(degree - second[k]) < 1e-9);
}

function union([a, b]: [number, number], [c, d]: [number, number]): [number, number] {
  return [Math.min(a, c), Math.max(b, d)];
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
