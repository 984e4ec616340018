import type { MetricUnit } from '@stratlab/backtests/metric.ts';

/** What stands for a figure that is not known; why it is not known belongs beside it. */
export const unknown = '–';

/** `1,234.50`: thousands apart, the same in every locale. A rounded zero has no sign. */
export function fixed(value: number, decimals: number): string {
  const [whole, fraction] = Math.abs(value).toFixed(decimals).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  const digits = fraction === undefined ? grouped : `${grouped}.${fraction}`;
  return value < 0 && /[1-9]/.test(digits) ? `-${digits}` : digits;
}

/** A fraction as per cent: `12.34%`, `123.4%`, `1,234%`. */
export function percent(fraction: number): string {
  const value = fraction * 100;
  return `${fixed(value, decimalsFor(value))}%`;
}

/** As `percent`, with a sign before gains too. */
export function signedPercent(fraction: number): string {
  const text = percent(fraction);
  return fraction > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

function decimalsFor(value: number): number {
  const size = Math.abs(value);
  return size < 100 ? 2 : size < 1000 ? 1 : 0;
}

/** Whole units from a thousand on, hundredths below. */
export function money(value: number, currency?: string): string {
  const amount = fixed(value, Math.abs(value) >= 1000 ? 0 : 2);
  return currency === undefined ? amount : `${amount} ${currency}`;
}

export function ratio(value: number): string {
  return fixed(value, decimalsFor(value));
}

export function count(value: number): string {
  return Number.isInteger(value) ? fixed(value, 0) : fixed(value, 1);
}

/** A chance: `0.034`, `< 0.001`, `> 0.999`. */
export function probability(value: number): string {
  if (value < 0.001) return '< 0.001';
  return value > 0.999 ? '> 0.999' : value.toFixed(3);
}

/** Up to six significant digits, at least two decimals. */
export function price(value: number): string {
  const whole = Math.max(1, Math.floor(Math.log10(Math.abs(value) || 1)) + 1);
  return fixed(value, Math.max(2, 6 - whole)).replace(/(\.\d\d\d*?)0+$/, '$1');
}

/** A figure in its unit; the unknown is an en dash. */
export function figure(value: number | null | undefined, unit: MetricUnit): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return unknown;
  switch (unit) {
    case 'fraction':
    case 'annual fraction':
      return percent(value);
    case 'percent':
      return percent(value / 100);
    case 'money':
      return money(value);
    case 'probability':
      return probability(value);
    case 'bars':
    case 'days':
      return `${count(value)} ${unit}`;
    case 'count':
    case 'index':
      return count(value);
    default:
      return ratio(value);
  }
}

const magnitudes = [
  { least: 1e11, unit: 1e12, suffix: 'T' },
  { least: 1e8, unit: 1e9, suffix: 'B' },
  { least: 1e5, unit: 1e6, suffix: 'M' },
  { least: 2e3, unit: 1e3, suffix: 'k' },
];

/** Label of a tick on an axis whose ticks lie `step` apart: `0.25`, `1,250`, `15k`, `1.5M`. */
export function tickLabel(value: number, step: number): string {
  if (value === 0) return '0';
  const { unit, suffix } = magnitudes.find(({ least }) => step >= least) ?? { unit: 1, suffix: '' };
  return fixed(value / unit, decimalsOfStep(step / unit)) + suffix;
}

/** As `tickLabel`, of a fraction in per cent. */
export function percentTick(fraction: number, step: number): string {
  if (fraction === 0) return '0%';
  return `${fixed(fraction * 100, decimalsOfStep(step * 100))}%`;
}

/** Decimals needed to tell multiples of a step of one or two significant digits apart. */
function decimalsOfStep(step: number): number {
  if (!(step > 0)) return 0;
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return Math.min(decimals, 8);
}

/** First characters of a hash, enough to recognise it by. */
export function shortHash(hash: string): string {
  return hash.length > 16 ? `${hash.slice(0, 12)}…` : hash;
}
