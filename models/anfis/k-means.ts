import type { Random } from '@stratlab/data/random.ts';

const mostPasses = 100;

/**
 * Groups weighted points (rows x columns, row-major) around `count` centres: k-means++ seeding (Arthur and
 * Vassilvitskii 2007), then Lloyd's passes until no point changes its group. A tie goes to the first centre, a centre
 * that loses all its points stays where it is. Fills `groups` and returns the centres (count x columns).
 */
export function kMeans(
  points: Float64Array,
  weights: Float64Array,
  columns: number,
  count: number,
  random: Random,
  groups: Int32Array,
): Float64Array {
  const centres = seedCentres(points, weights, columns, count, random);
  groups.fill(-1);
  for (let pass = 0; pass < mostPasses && assign(points, centres, columns, groups); pass++)
    moveToMeans(points, weights, columns, centres, groups);
  return centres;
}

function seedCentres(
  points: Float64Array,
  weights: Float64Array,
  columns: number,
  count: number,
  random: Random,
): Float64Array {
  const centres = new Float64Array(count * columns);
  const chances = weights.slice();
  const distances = new Float64Array(weights.length).fill(Number.POSITIVE_INFINITY);
  let chosen = 0;
  for (let c = 0; c < count; c++) {
    chosen = draw(chances, random, chosen);
    centres.set(points.subarray(chosen * columns, (chosen + 1) * columns), c * columns);
    for (let row = 0; row < weights.length; row++) {
      distances[row] = Math.min(distances[row], squaredDistance(points, row * columns, centres, c * columns, columns));
      chances[row] = weights[row] * distances[row];
    }
  }
  return centres;
}

/** An index with probability proportional to its chance; the previous one where all chances are 0. */
function draw(chances: Float64Array, random: Random, previous: number): number {
  let total = 0;
  for (const chance of chances) total += chance;
  let rest = random() * total;
  let last = previous;
  for (let i = 0; i < chances.length && rest >= 0; i++) {
    if (chances[i] > 0) last = i;
    rest -= chances[i];
  }
  return last;
}

function assign(points: Float64Array, centres: Float64Array, columns: number, groups: Int32Array): boolean {
  let changed = false;
  for (let row = 0; row < groups.length; row++) {
    let nearest = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let c = 0; c * columns < centres.length; c++) {
      const distance = squaredDistance(points, row * columns, centres, c * columns, columns);
      if (distance < least) [nearest, least] = [c, distance];
    }
    if (groups[row] !== nearest) changed = true;
    groups[row] = nearest;
  }
  return changed;
}

function moveToMeans(
  points: Float64Array,
  weights: Float64Array,
  columns: number,
  centres: Float64Array,
  groups: Int32Array,
): void {
  const sums = new Float64Array(centres.length);
  const totals = new Float64Array(centres.length / columns);
  for (let row = 0; row < groups.length; row++) {
    totals[groups[row]] += weights[row];
    const to = groups[row] * columns;
    for (let k = 0; k < columns; k++) sums[to + k] += weights[row] * points[row * columns + k];
  }
  for (let i = 0; i < sums.length; i++) {
    const total = totals[Math.floor(i / columns)];
    if (total > 0) centres[i] = sums[i] / total;
  }
}

function squaredDistance(a: Float64Array, from: number, b: Float64Array, to: number, count: number): number {
  let sum = 0;
  for (let k = 0; k < count; k++) sum += (a[from + k] - b[to + k]) ** 2;
  return sum;
}
