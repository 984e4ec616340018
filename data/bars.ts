/**
 * OHLCV bars as columns of equal length, strictly increasing in time.
 * `time` is the bar's START in epoch milliseconds UTC (a daily bar: its session date at 00:00Z).
 */
export interface Bars {
  readonly time: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
}

export const barColumns = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;
export type BarColumn = (typeof barColumns)[number];

/** A price series that can be asked of bars by name; the derived ones are means of the traded prices. */
export const priceFields = ['open', 'high', 'low', 'close', 'volume', 'hl2', 'hlc3', 'ohlc4'] as const;
export type PriceField = (typeof priceFields)[number];

export function barCount(bars: Bars): number {
  return bars.time.length;
}

/** Bars `from` (inclusive) to `to` (exclusive), as views on the same memory. */
export function sliceBars(bars: Bars, from: number, to: number = barCount(bars)): Bars {
  return mapColumns((column) => bars[column].subarray(from, to));
}

/** A new set of bars, each column made by `column`. */
export function mapColumns(column: (name: BarColumn) => Float64Array): Bars {
  return {
    time: column('time'),
    open: column('open'),
    high: column('high'),
    low: column('low'),
    close: column('close'),
    volume: column('volume'),
  };
}

/** Index of the first bar that starts at or after `instant`; the bar count when none does. */
export function firstBarFrom(bars: Bars, instant: number): number {
  let low = 0;
  let high = bars.time.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (bars.time[middle] < instant) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The named price series, of the bars' length. A traded column is returned itself, not copied. */
export function priceSeries(bars: Bars, field: PriceField): Float64Array {
  const { open, high, low, close } = bars;
  switch (field) {
    case 'hl2':
      return high.map((h, i) => (h + low[i]) / 2);
    case 'hlc3':
      return high.map((h, i) => (h + low[i] + close[i]) / 3);
    case 'ohlc4':
      return high.map((h, i) => (open[i] + h + low[i] + close[i]) / 4);
    default:
      return bars[field];
  }
}
