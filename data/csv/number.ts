import { cellText } from './cell.ts';

const decimal = /^[+-]?(\d+(\.\d+)?|\.\d+)(e[+-]?\d+)?$/i;
const powersOfTen = Float64Array.from({ length: 23 }, (_, k) => Number(`1e${k}`));

/**
 * The number in bytes `from` to `to`, bit for bit what `Number(text)` gives; NaN for anything but a finite decimal.
 * Up to 15 digits over at most 10^22 are exact in one division (Clinger 1990); longer ones go through `Number`.
 */
export function parseNumber(bytes: Uint8Array, from: number, to: number): number {
  const sign = bytes[from];
  const negative = sign === 0x2d;
  const start = negative || sign === 0x2b ? from + 1 : from;
  let mantissa = 0;
  let digits = 0;
  let point = -1;
  for (let i = start; i < to; i++) {
    const digit = bytes[i] - 0x30;
    if (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit;
      if (mantissa > 0) digits++;
    } else if (digit === -2 && point < 0) point = i;
    else return parseSlowly(bytes, from, to);
  }
  const fraction = point < 0 ? 0 : to - 1 - point;
  if (start === to || digits > 15 || fraction > 22 || point === to - 1) return parseSlowly(bytes, from, to);
  const value = mantissa / powersOfTen[fraction];
  return negative ? -value : value;
}

function parseSlowly(bytes: Uint8Array, from: number, to: number): number {
  const text = cellText(bytes, from, to);
  const value = decimal.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : Number.NaN;
}
