/**
 * The loops of `QuietBars` two bars at a time, to the same bits. The host writes what it knows of a position to the span,
 * and the prices to the columns; both are laid out here. Rows of the columns are bars, whatever the run begins with.
 */

/** Numbers of the span: its address, and where each of them lies. */
const span = memory.data(64);
const SIDE: usize = 0;
const CASH: usize = 8;
const UNITS: usize = 16;
const MULTIPLIER: usize = 24;
const LEVEL: usize = 32;
const TARGET: usize = 40;
const BEST: usize = 48;
const WORST: usize = 56;

const columns: usize = (__heap_base + 15) & ~15;
let high: usize = 0;
let low: usize = 0;
let close: usize = 0;
let equity: usize = 0;
let position: usize = 0;

export function spanAt(): usize {
  return span;
}

export function columnsAt(): usize {
  return columns;
}

/** Five columns of `rows` rows, one after another: high, low, close, equity, position. */
export function layOut(rows: usize): void {
  const size = rows << 3;
  high = columns;
  low = high + size;
  close = low + size;
  equity = close + size;
  position = equity + size;
}

/** Marks the bars `from` to `end` (exclusive) flat: the equity is the cash. */
export function rest(from: usize, end: usize): void {
  const cash = load<f64>(span, CASH);
  const pair = f64x2.splat(cash);
  const nothing = f64x2.splat(0);
  let at = from << 3;
  const last = end << 3;
  for (; at + 16 <= last; at += 16) {
    v128.store(equity + at, pair);
    v128.store(position + at, nothing);
  }
  if (at < last) {
    store<f64>(equity + at, cash);
    store<f64>(position + at, 0);
  }
}

/**
 * Marks a position from bar `from` on, up to `end` or the first bar that reaches the level or the target, and gives that
 * bar. Best and worst are widened to what the position lived through.
 */
export function hold(from: usize, end: usize): usize {
  const better = load<f64>(span, SIDE) > 0 ? high : low;
  const worse = load<f64>(span, SIDE) > 0 ? low : high;
  const side = v128.load64_splat(span, SIDE);
  const cash = v128.load64_splat(span, CASH);
  const units = v128.load64_splat(span, UNITS);
  const multiplier = v128.load64_splat(span, MULTIPLIER);
  const level = v128.load64_splat(span, LEVEL);
  const target = v128.load64_splat(span, TARGET);
  let best = v128.load64_splat(span, BEST);
  let worst = v128.load64_splat(span, WORST);
  let at = from << 3;
  const last = end << 3;
  for (; at + 16 <= last; at += 16) {
    const rise = f64x2.mul(side, v128.load(better + at));
    const fall = f64x2.mul(side, v128.load(worse + at));
    if (v128.any_true(v128.or(f64x2.le(fall, level), f64x2.ge(rise, target)))) break;
    best = f64x2.pmax(best, rise);
    worst = f64x2.pmin(worst, fall);
    const value = f64x2.mul(f64x2.mul(units, v128.load(close + at)), multiplier);
    v128.store(equity + at, f64x2.add(cash, value));
    v128.store(position + at, units);
  }
  for (; at < last; at += 8) {
    const rise = f64x2.mul(side, v128.load64_splat(better + at));
    const fall = f64x2.mul(side, v128.load64_splat(worse + at));
    if (v128.any_true(v128.or(f64x2.le(fall, level), f64x2.ge(rise, target)))) break;
    best = f64x2.pmax(best, rise);
    worst = f64x2.pmin(worst, fall);
    const value = f64x2.mul(f64x2.mul(units, v128.load64_splat(close + at)), multiplier);
    v128.store64_lane(equity + at, f64x2.add(cash, value), 0);
    v128.store64_lane(position + at, units, 0);
  }
  store<f64>(span, max(f64x2.extract_lane(best, 0), f64x2.extract_lane(best, 1)), BEST);
  store<f64>(span, min(f64x2.extract_lane(worst, 0), f64x2.extract_lane(worst, 1)), WORST);
  return at >> 3;
}
