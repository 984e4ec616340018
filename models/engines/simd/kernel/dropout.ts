/**
 * Masks of dropout from mulberry32 (data/random.ts), four draws at a time: its state only counts up by a constant, so
 * the nth draw of an epoch needs none before it.
 */
const INCREMENT: i32 = 0x6d2b79f5;

/** Of the draw as a 32-bit number: below this the unit is dropped. 0: no dropout. */
let threshold: u32 = 0;
/** 1 / (1 - dropout), by which a kept unit is multiplied. */
let kept: f32 = 1;
let state: i32 = 0;

export function setDropout(dropBelow: u32, scale: f32): void {
  threshold = dropBelow;
  kept = scale;
}

export function seedDropout(seed: i32): void {
  state = seed;
}

@inline
export function drops(): bool {
  return threshold > 0;
}

/** 1 - dropout. */
@inline
export function keptShare(): f32 {
  return 1 / kept;
}

/** Passes over the draws of `rows` rows. */
export function skipMask(rows: usize, units: i32): void {
  state += <i32>rows * units * INCREMENT;
}

/** Draws row by row, unit by unit for the first `drawn` of `rows` rows; mask: rows x units in strips. */
export function drawMask(mask: usize, rows: usize, drawn: usize, units: i32): void {
  const steps = i32x4(INCREMENT, 2 * INCREMENT, 3 * INCREMENT, 4 * INCREMENT);
  for (let unit = 0; unit < units; unit += 4) {
    let from = state + unit * INCREMENT;
    let to = mask + <usize>(unit >> 3) * (rows << 5) + ((unit & 4) << 2);
    for (const end = to + (rows << 5); to < end; to += 32) {
      const dropped = i32x4.lt_u(mixed(i32x4.add(i32x4.splat(from), steps)), i32x4.splat(threshold));
      v128.store(to, v128.andnot(f32x4.splat(kept), dropped));
      from += units * INCREMENT;
    }
  }
  skipMask(drawn, units);
}

@inline
function mixed(s: v128): v128 {
  let m = i32x4.mul(v128.xor(s, i32x4.shr_u(s, 15)), v128.or(s, i32x4.splat(1)));
  const second = i32x4.mul(v128.xor(m, i32x4.shr_u(m, 7)), v128.or(m, i32x4.splat(61)));
  m = v128.xor(m, i32x4.add(m, second));
  return v128.xor(m, i32x4.shr_u(m, 14));
}

/** Multiplies by a mask, in place. */
export function applyMask(values: usize, mask: usize, size: usize): void {
  for (const end = values + size; values < end; values += 32, mask += 32) {
    const a = f32x4.mul(v128.load(values), v128.load(mask));
    const b = f32x4.mul(v128.load(values, 16), v128.load(mask, 16));
    v128.store(values, a);
    v128.store(values, b, 16);
  }
}
