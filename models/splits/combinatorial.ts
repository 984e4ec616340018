import { LabError } from '@stratlab/data/error.ts';
import { boundary, type Fold, type Rows } from '../split.ts';
import { combinations } from './combinations.ts';
import { trainingFold } from './training-part.ts';

/** How many groups the rows are cut into, and how many of them each split tests. */
export interface Grouping {
  readonly groups: number;
  readonly testGroups: number;
  readonly embargoBars: number;
  /** Share of each training part, from its end, that early stopping watches. */
  readonly validation: number;
}

/**
 * Combinatorial purged cross-validation: one fold per choice of test groups, in lexicographic order (Lopez de Prado 2018,
 * section 12.4; with one test group the purged k-fold of 7.4). Training rows lie before and after the test groups; one
 * is left out where its label's span meets that of a test group, or where it begins within `embargoBars` instants after
 * it (7.4.2). Throws `insufficient_data` where a group or a part of a fold has no rows.
 */
export function combinatorialFolds(sample: Rows, grouping: Grouping, name: string): Fold[] {
  const groups = rowGroups(sample, grouping.groups);
  requireGroups(groups, sample.rows.length, name);
  const reaches = groups.map((rows) => reachOf(sample, rows, grouping.embargoBars));
  const choices = combinations(grouping.groups, grouping.testGroups);
  return choices.map((chosen, split) => {
    const test = joined(chosen.map((group) => groups[group]));
    const others = joined(groups.filter((_, group) => !chosen.includes(group)));
    const barred = chosen.map((group) => reaches[group]);
    const kept = others.filter((row) => barred.every(({ from, to }) => sample.ends[row] < from || row > to));
    const what = `${name}, fold ${split + 1} of ${choices.length}`;
    return trainingFold(sample, others.length, kept, test, grouping.validation, what);
  });
}

/** The rows of each of `groups` groups of about equal size, in time order; what `combinatorialFolds` tests. */
export function rowGroups(sample: Rows, groups: number): Int32Array[] {
  return Array.from({ length: groups }, (_, group) =>
    sample.rows.subarray(boundary(sample, group / groups), boundary(sample, (group + 1) / groups)),
  );
}

/**
 * The whole histories that the splits of `combinatorialFolds` make up: `paths[p][g]` is the split whose test of group g
 * belongs to path p, the p-th split that tests g. There are testGroups / groups times as many paths as splits (12.4).
 */
export function combinatorialPaths(groups: number, testGroups: number): number[][] {
  const splits = combinations(groups, testGroups);
  const testing = Array.from({ length: groups }, (_, group) =>
    splits.flatMap((chosen, split) => (chosen.includes(group) ? [split] : [])),
  );
  return testing[0].map((_, path) => testing.map((found) => found[path]));
}

function requireGroups(groups: readonly Int32Array[], usable: number, name: string): void {
  const empty = groups.findIndex((rows) => rows.length === 0);
  if (empty === -1) return;
  throw new LabError(
    'insufficient_data',
    `No rows are left for test: ${usable} usable rows before the split (${name}), group ${empty + 1} of ${groups.length} is empty.`,
    { hint: 'Use more bars or fewer groups; rows of one instant are in one group.' },
  );
}

/** First row of a group, and the last row that its labels and the embargo after them cover. */
interface Reach {
  readonly from: number;
  readonly to: number;
}

function reachOf({ ends, time }: Rows, rows: Int32Array, embargoBars: number): Reach {
  const known = rows.reduce((last, row) => Math.max(last, ends[row]), -1);
  return { from: rows[0], to: embargoBars === 0 ? known : embargoEnd(known, embargoBars, time) };
}

/** The last row of the `bars`-th instant after row `known`. */
function embargoEnd(known: number, bars: number, time: Float64Array | undefined): number {
  if (time === undefined) return known + bars;
  let row = known;
  for (let passed = 0; row + 1 < time.length; row++) {
    if (time[row + 1] !== time[row] && ++passed > bars) break;
  }
  return row;
}

function joined(parts: readonly Int32Array[]): Int32Array {
  const rows = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let from = 0;
  for (const part of parts) {
    rows.set(part, from);
    from += part.length;
  }
  return rows;
}
