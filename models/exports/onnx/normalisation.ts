import type { ColumnNormalisation } from '../../normalisation.ts';
import type { Graph } from './graph.ts';
import { types } from './messages.ts';

type Rank = Extract<ColumnNormalisation, { method: 'rank' }>;

/** Columns that are computed apart from the others: the value is rows x these columns. */
interface Apart {
  readonly columns: readonly number[];
  readonly value: string;
}

/** Rank columns with as many knots as each other. */
interface RankGroup {
  readonly columns: number[];
  readonly knots: number[][];
}

/** What `applyNormalisation` does, for rows x columns of raw features; NaN stays NaN. */
export function normalise(graph: Graph, columns: readonly ColumnNormalisation[], features: string): string {
  const scaled = scale(graph, columns, features);
  const ranked = rankGroups(columns).map((group) => ({ ...group, value: rank(graph, group, features) }));
  const apart: Apart[] = [...ranked, ...degrees(graph, columns, features)];
  if (apart.length === 0) return scaled;
  const order = Array.from(columns, (_, k) => k);
  apart
    .flatMap((group) => group.columns)
    .forEach((column, k) => {
      order[column] = columns.length + k;
    });
  const beside = graph.add('Concat', [scaled, ...apart.map(({ value }) => value)], { axis: { int: 1 } });
  return graph.add('Gather', [beside, graph.integers(order)], { axis: { int: 1 } });
}

/** (x - shift) / width; 0 where the width is 0. Other columns than minmax and zscore pass through. */
function scale(graph: Graph, columns: readonly ColumnNormalisation[], features: string): string {
  const affine = columns.map(shiftAndWidth);
  if (affine.every((column) => column === null)) return features;
  const shifted = graph.add('Sub', [features, graph.doubles(affine.map((column) => column?.shift ?? 0))]);
  const widths = affine.map((column) => column?.width ?? 1);
  const divided = graph.add('Div', [shifted, graph.doubles(widths.map((width) => (width > 0 ? width : 1)))]);
  if (widths.every((width) => width > 0)) return divided;
  return graph.add('Mul', [divided, graph.doubles(widths.map((width) => (width > 0 ? 1 : 0)))]);
}

function shiftAndWidth(column: ColumnNormalisation): { shift: number; width: number } | null {
  switch (column.method) {
    case 'minmax':
      return { shift: column.min, width: column.max - column.min };
    case 'zscore':
      return { shift: column.mean, width: column.sd };
    default:
      return null;
  }
}

function rankGroups(columns: readonly ColumnNormalisation[]): RankGroup[] {
  const groups = new Map<number, RankGroup>();
  columns.forEach((column, k) => {
    if (column.method !== 'rank') return;
    const group = groups.get(column.knots.length) ?? { columns: [], knots: [] };
    group.columns.push(k);
    group.knots.push(column.knots);
    groups.set(column.knots.length, group);
  });
  return [...groups.values()];
}

/** Counts the knots below and not above x, and goes linearly between the two neighbours where x is on none. */
function rank(graph: Graph, { columns, knots }: RankGroup, features: string): string {
  const x = graph.add('Gather', [features, graph.integers(columns)], { axis: { int: 1 } });
  const last = knots[0].length - 1;
  const below = countKnots(graph, 'Less', knots, x);
  const notAbove = countKnots(graph, 'LessOrEqual', knots, x);
  const both = graph.add('Add', [below, notAbove]);
  if (last === 0) return keepUnknown(graph, x, graph.add('Div', [both, graph.number(2)]));
  const onKnot = graph.add('Div', [graph.add('Sub', [both, graph.number(1)]), graph.number(2)]);
  const place = graph.add('Where', [
    graph.add('Less', [below, notAbove]),
    onKnot,
    betweenKnots(graph, knots, x, below),
  ]);
  return keepUnknown(graph, x, graph.add('Div', [place, graph.number(last)]));
}

/** How many knots stand in this relation to x: rows x columns. */
function countKnots(graph: Graph, relation: 'Less' | 'LessOrEqual', knots: Rank['knots'][], x: string): string {
  const each = graph.add('Unsqueeze', [x, graph.integers([2])]);
  const hits = graph.add(relation, [graph.doubles(knots.flat(), [knots.length, knots[0].length]), each]);
  const ones = graph.add('Cast', [hits], { to: { int: types.double } });
  return graph.add('ReduceSum', [ones, graph.integers([2])], { keepdims: { int: 0 } });
}

/** Place among the knots of an x that is on none of them; before the first 0, after the last one the last. */
function betweenKnots(graph: Graph, knots: Rank['knots'][], x: string, below: string): string {
  const last = knots[0].length - 1;
  const knotAt = (place: string) => {
    const held = graph.add('Clip', [place, graph.number(0), graph.number(last)]);
    const at = graph.add('Add', [held, graph.doubles(knots.map((_, k) => k * (last + 1)))]);
    const index = graph.add('Cast', [at], { to: { int: types.int64 } });
    return graph.add('Gather', [graph.doubles(knots.flat()), index], { axis: { int: 0 } });
  };
  const before = graph.add('Sub', [below, graph.number(1)]);
  const lower = knotAt(before);
  const share = graph.add('Div', [graph.add('Sub', [x, lower]), graph.add('Sub', [knotAt(below), lower])]);
  const inside = graph.add('Add', [before, share]);
  const isFirst = graph.add('Less', [below, graph.number(1)]);
  const isPast = graph.add('Less', [graph.number(last), below]);
  const upper = graph.add('Where', [isPast, graph.number(last), inside]);
  return graph.add('Where', [isFirst, graph.number(0), upper]);
}

/** As `degreeOf`: the lesser of the rising and the falling side, of which one that is missing is 1. */
function degrees(graph: Graph, columns: readonly ColumnNormalisation[], features: string): Apart[] {
  const fitted = columns.flatMap((column, k) => (column.method === 'membership' ? [{ ...column, k }] : []));
  if (fitted.length === 0) return [];
  const places = fitted.map(({ k }) => k);
  const x = graph.add('Gather', [features, graph.integers(places)], { axis: { int: 1 } });
  const rising = side(
    graph,
    x,
    fitted.map(({ left, peak }) => ({ foot: left, peak })),
  );
  const falling = side(
    graph,
    x,
    fitted.map(({ right, peak }) => ({ foot: right, peak })),
  );
  const value = graph.add('Min', [rising, falling, graph.number(1)]);
  return [{ columns: places, value: keepUnknown(graph, x, value) }];
}

/** From 0 at the foot through 1 at the peak, at least 0; at least 1 where there is no foot. */
function side(graph: Graph, x: string, lines: readonly { foot: number | null; peak: number }[]): string {
  const distance = graph.add('Sub', [x, graph.doubles(lines.map(({ foot }) => foot ?? 0))]);
  const line = graph.add('Div', [
    distance,
    graph.doubles(lines.map(({ foot, peak }) => (foot === null ? 1 : peak - foot))),
  ]);
  return graph.add('Max', [line, graph.doubles(lines.map(({ foot }) => (foot === null ? 1 : 0)))]);
}

function keepUnknown(graph: Graph, x: string, value: string): string {
  return graph.add('Where', [graph.add('IsNaN', [x]), x, value]);
}
