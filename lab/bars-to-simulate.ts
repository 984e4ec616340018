import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Bars } from '@stratlab/data/bars.ts';
import { parseCsv } from '@stratlab/data/csv.ts';
import { LabError } from '@stratlab/data/error.ts';
import { type Timeframe, timeframeMs, timeframes } from '@stratlab/data/timeframe.ts';

/** A time without offset, at the beginning of a line. */
const bareTime = /^("?)(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(?="?[,;\t])/gm;
const date = /^"?\d{4}-\d{2}-\d{2}(?:[T ]00:00(?::00(?:\.0+)?)?)?"?$/;

/**
 * Bars of a CSV file whose first column is the time, whatever its header. Times without an offset are taken as UTC: a
 * simulation of orders by bar needs their distance only. Throws `not_found` and `invalid_input`.
 */
export function readBarsToSimulate(path: string): { bars: Bars; timeframe: Timeframe } {
  const text = timeNamed(readText(path)).replace(bareTime, '$1$2T$3Z');
  const dated = text
    .split(/\r?\n/, 3)
    .slice(1)
    .every((line) => line === '' || date.test(line.split(/[,;\t]/)[0]));
  const { bars } = parseCsv(Buffer.from(text), { timeframe: dated ? '1d' : '1m' });
  return { bars, timeframe: timeframeOf(bars.time) };
}

/** The text with its first column called `time`. */
function timeNamed(text: string): string {
  return text.replace(/^\uFEFF?[^,;\t\r\n]*/, 'time');
}

/** The longest timeframe that is no longer than the usual distance of two bars. */
function timeframeOf(time: Float64Array): Timeframe {
  const gaps = time
    .slice(1)
    .map((start, i) => start - time[i])
    .sort();
  const usual = gaps[Math.floor(gaps.length / 2)] ?? timeframeMs('1d');
  return timeframes.findLast((timeframe) => timeframeMs(timeframe) <= usual) ?? '1m';
}

/** Text of a file, unpacked where it is gzip data. */
export function readText(path: string): string {
  try {
    const bytes = readFileSync(path);
    return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : cause;
    if (code === 'ENOENT') throw new LabError('not_found', `There is no file ${path}.`, { path, cause });
    throw new LabError('invalid_input', `${path} cannot be read (${code}).`, { path, cause });
  }
}
