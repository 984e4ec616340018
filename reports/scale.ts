import { dayMs, formatDate } from '@stratlab/data/instant.ts';

export type Domain = readonly [low: number, high: number];

export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** One direction of a plot. */
export interface Axis {
  /** Where a value lies: 0 at the low end, 1 at the high end. */
  at(value: number): number;
  /** At most about `count` round values between the ends, ascending. */
  ticks(count: number): Tick[];
}

/** Writes a tick's value, given the distance to the next. */
export type TickLabel = (value: number, step: number) => string;

export function linearAxis(domain: Domain, label: TickLabel): Axis {
  const [low, high] = opened(domain);
  return {
    at: (value) => (value - low) / (high - low),
    ticks: (count) => linearTicks([low, high], count, label),
  };
}

/** Equal ratios have equal lengths. Both ends must be positive. */
export function logAxis(domain: Domain, label: TickLabel): Axis {
  const [low, high] = opened(domain);
  const length = Math.log(high / low);
  return {
    at: (value) => Math.log(value / low) / length,
    ticks(count) {
      const values = logTicks(low, high, count);
      if (values.length < 3) return linearTicks([low, high], count, label);
      return values.map((value) => ({ value, label: label(value, value / 10) }));
    },
  };
}

/** Instants in epoch milliseconds; ticks fall on round UTC times and dates. */
export function timeAxis(domain: Domain): Axis {
  const [low, high] = opened(domain);
  return {
    at: (instant) => (instant - low) / (high - low),
    ticks(count) {
      const step = timeStep([low, high], count);
      const instants = roundInstants([low, high], step);
      const labels = instantLabels(instants, step);
      return instants.map((value, k) => ({ value, label: labels[k] }));
    },
  };
}

/** Rows of bars at equal distances, whatever the time between them; a tick is the first bar from a round time on. */
export function rowAxis(time: ArrayLike<number>): Axis {
  const rows = time.length;
  return {
    at: (row) => (row + 0.5) / rows,
    ticks(count) {
      const span: Domain = [time[0], time[rows - 1]];
      const step = timeStep(span, count);
      const found = [...new Set(roundInstants(span, step).map((instant) => firstRowFrom(time, instant)))];
      const labels = instantLabels(
        found.map((row) => time[row]),
        step,
      );
      return found.map((value, k) => ({ value, label: labels[k] }));
    },
  };
}

function firstRowFrom(time: ArrayLike<number>, instant: number): number {
  let row = 0;
  while (row < time.length - 1 && time[row] < instant) row++;
  return row;
}

/** Lowest and highest finite value; null where there is none. */
export function extent(...series: ArrayLike<number>[]): Domain | null {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const values of series) {
    for (let row = 0; row < values.length; row++) {
      const value = values[row];
      if (!Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? [low, high] : null;
}

/** The domain with some air at both ends, as a share of its length (of its ratio where `log`). */
export function withAir([low, high]: Domain, share = 0.04, log = false): Domain {
  if (log) return [low * (low / high) ** share, high * (high / low) ** share];
  const air = (high - low) * share;
  return [low - air, high + air];
}

/** Whether values of such a domain are better compared by ratio than by difference. */
export function asksForLog([low, high]: Domain): boolean {
  return low > 0 && high / low > 5;
}

/** Whether two values are the same but for rounding, and no axis can tell them apart. */
export function same(low: number, high: number): boolean {
  return high - low <= Math.max(Math.abs(low), Math.abs(high)) * 1e-9 + 1e-100;
}

/** A domain of no length is opened around its one value. */
function opened([low, high]: Domain): Domain {
  if (!same(low, high)) return [low, high];
  const half = Math.abs(low) < 1e-90 ? 1 : Math.abs(low) * 0.05;
  return [low - half, low + half];
}

/** The next of 1, 2, 5 x 10^k that is not below `least`. */
export function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const mantissa = [1, 2, 5].find((m) => m * power >= least * (1 - 1e-9)) ?? 10;
  return Number((mantissa * power).toPrecision(3));
}

function linearTicks([low, high]: Domain, count: number, label: TickLabel): Tick[] {
  const step = roundStep((high - low) / count);
  const tolerance = (high - low) * 1e-9;
  const ticks: Tick[] = [];
  for (let k = Math.ceil((low - tolerance) / step); k * step <= high + tolerance; k++) {
    const value = Number((k * step).toPrecision(12));
    ticks.push({ value, label: label(value, step) });
  }
  return ticks;
}

const mantissas = [[1], [1, 3], [1, 2, 5], [1, 1.5, 2, 3, 5, 7]];

/** The densest set that fits; every n-th power of ten where not even those do. */
function logTicks(low: number, high: number, count: number): number[] {
  const sets = mantissas.map((set) => powersOf10(low, high, set));
  const [powers] = sets;
  const every = Math.ceil(powers.length / count);
  return sets.filter((ticks) => ticks.length <= count).at(-1) ?? powers.filter((_, k) => k % every === 0);
}

function powersOf10(low: number, high: number, set: readonly number[]): number[] {
  const found: number[] = [];
  for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power++) {
    for (const mantissa of set) {
      const value = Number((mantissa * 10 ** power).toPrecision(2));
      if (value >= low && value <= high) found.push(value);
    }
  }
  return found;
}

const minuteMs = 60_000;
const hourMs = 3_600_000;
/** Weeks begin on Monday; the epoch was a Thursday. */
const mondayMs = 4 * dayMs;
const fixedSteps = [
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * minuteMs),
  ...[1, 2, 3, 6, 12].map((hours) => hours * hourMs),
  ...[1, 2, 7, 14].map((days) => days * dayMs),
];
const monthSteps = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200];
const monthMs = 30.44 * dayMs;
const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Round distances between instants: of fixed length, or whole months. */
type TimeStep = { ms: number } | { months: number };

function timeStep([low, high]: Domain, count: number): TimeStep {
  const least = (high - low) / count;
  const ms = fixedSteps.find((length) => length >= least);
  return ms === undefined ? { months: monthSteps.find((n) => n * monthMs >= least) ?? 1200 } : { ms };
}

function roundInstants([low, high]: Domain, step: TimeStep): number[] {
  const found: number[] = [];
  if ('ms' in step) {
    const phase = step.ms % (7 * dayMs) === 0 ? mondayMs : 0;
    const first = Math.ceil((low - phase) / step.ms) * step.ms + phase;
    for (let instant = first; instant <= high; instant += step.ms) found.push(instant);
    return found;
  }
  const first = Math.floor((new Date(low).getUTCFullYear() * 12) / step.months) * step.months;
  for (let month = first; ; month += step.months) {
    const instant = Date.UTC(Math.floor(month / 12), month % 12);
    if (instant > high) return found;
    if (instant >= low) found.push(instant);
  }
}

/** Years, months or dates; within a day times, the first of each day its date. */
function instantLabels(instants: readonly number[], step: TimeStep): string[] {
  return instants.map((instant, k) => {
    const date = new Date(instant);
    const year = String(date.getUTCFullYear());
    if ('months' in step) return step.months % 12 === 0 ? year : `${monthNames[date.getUTCMonth()]} ${year}`;
    const sameDay = k > 0 && formatDate(instants[k - 1]) === formatDate(instant);
    return sameDay ? date.toISOString().slice(11, 16) : formatDate(instant);
  });
}
