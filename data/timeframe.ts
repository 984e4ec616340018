import { LabError } from './error.ts';

/** The spacing of bars, finest first. */
export const timeframes = ['1m', '5m', '15m', '30m', '1h', '4h', '1d', '1w'] as const;
export type Timeframe = (typeof timeframes)[number];

const minute = 60_000;
const durations: Record<Timeframe, number> = {
  '1m': minute,
  '5m': 5 * minute,
  '15m': 15 * minute,
  '30m': 30 * minute,
  '1h': 60 * minute,
  '4h': 240 * minute,
  '1d': 1440 * minute,
  '1w': 7 * 1440 * minute,
};

/** Nominal length of a bar in milliseconds (a daily bar: 24 hours). */
export function timeframeMs(timeframe: Timeframe): number {
  return durations[timeframe];
}

export function isTimeframe(text: string): text is Timeframe {
  return (timeframes as readonly string[]).includes(text);
}

/** Reads a timeframe without regard to case. Throws `invalid_input` for any other text. */
export function parseTimeframe(text: string, path = 'timeframe'): Timeframe {
  const timeframe = text.toLowerCase();
  if (isTimeframe(timeframe)) return timeframe;
  throw new LabError('invalid_input', `"${text}" is not a timeframe. Known: ${timeframes.join(', ')}.`, { path });
}

/** Negative when `a` is finer than `b`. */
export function compareTimeframes(a: Timeframe, b: Timeframe): number {
  return durations[a] - durations[b];
}
