/**
 * The order statistics of a series, found without sorting it: each question orders the values only as far as it needs
 * (selection by R. W. Floyd and R. L. Rivest, 1975, Algorithm 489), and later ones begin where earlier ones ended.
 */
export class OrderStatistics {
  readonly count: number;
  private readonly values: Float64Array;
  /** Positions at which the value is already the one that sorting would put there, upwards. */
  private settled: number[] = [];

  constructor(values: Float64Array) {
    this.values = values.slice();
    this.count = values.length;
  }

  /** The value at this position of the sorted series, counted from 0. */
  at(position: number): number {
    const next = this.settled.findIndex((known) => known >= position);
    if (this.settled[next] !== position) {
      const place = next < 0 ? this.settled.length : next;
      const from = place === 0 ? 0 : this.settled[place - 1] + 1;
      const to = next < 0 ? this.count - 1 : this.settled[next] - 1;
      select(this.values, from, to, position);
      this.settled.splice(place, 0, position);
    }
    return this.values[position];
  }

  /** Linear-interpolated percentile (type 7 of Hyndman & Fan 1996; numpy's default). */
  percentile(share: number): number {
    const position = share * (this.count - 1);
    const below = Math.floor(position);
    const value = this.at(below);
    return position === below ? value : value + (position - below) * (this.at(below + 1) - value);
  }

  /** The smallest values, in any order. */
  smallest(count: number): Float64Array {
    if (count > 0) this.at(count - 1);
    return this.values.subarray(0, count);
  }
}

/** Below this many values the place of one is sought directly, above it first within a sample around it. */
const sampled = 600;

/** Moves values so that position `k` holds what sorting `from` to `to` would put there, smaller ones before it. */
function select(values: Float64Array, from: number, to: number, k: number): void {
  let [left, right] = [from, to];
  if (k === left) moveSmallest(values, left, right);
  else
    while (left < right) {
      if (right - left > sampled) {
        const [sampleLeft, sampleRight] = sampleAround(left, right, k);
        select(values, sampleLeft, sampleRight, k);
      }
      const middle = split(values, left, right, k);
      if (middle <= k) left = middle + 1;
      if (k <= middle) right = middle - 1;
    }
}

function moveSmallest(values: Float64Array, left: number, right: number): void {
  let smallest = left;
  for (let i = left + 1; i <= right; i++) if (values[i] < values[smallest]) smallest = i;
  swap(values, left, smallest);
}

/** A part of the range in which the k-th value of the whole is likely to be near the k-th of the part. */
function sampleAround(left: number, right: number, k: number): [number, number] {
  const count = right - left + 1;
  const rank = k - left + 1;
  const size = 0.5 * Math.exp((2 * Math.log(count)) / 3);
  const spread = 0.5 * Math.sqrt((Math.log(count) * size * (count - size)) / count) * Math.sign(rank - count / 2);
  return [
    Math.max(left, Math.floor(k - (rank * size) / count + spread)),
    Math.min(right, Math.floor(k + ((count - rank) * size) / count + spread)),
  ];
}

/** Splits the range at the value of `pivot`; the position where that value then stands. */
function split(values: Float64Array, left: number, right: number, pivot: number): number {
  const value = values[pivot];
  let [i, j] = [left, right];
  swap(values, left, pivot);
  if (values[right] > value) swap(values, left, right);
  while (i < j) {
    swap(values, i++, j--);
    while (values[i] < value) i++;
    while (values[j] > value) j--;
  }
  if (values[left] === value) swap(values, left, j);
  else swap(values, ++j, right);
  return j;
}

function swap(values: Float64Array, i: number, j: number): void {
  const value = values[i];
  values[i] = values[j];
  values[j] = value;
}
