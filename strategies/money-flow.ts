import type { Bars } from '@stratlab/data/bars.ts';

/** Chaikin's money flow volume of each bar: volume ((close - low) - (high - close)) / (high - low); 0 where high = low. */
export function moneyFlow({ high, low, close, volume }: Bars): Float64Array {
  const flow = new Float64Array(close.length);
  for (let row = 0; row < flow.length; row++) {
    const range = high[row] - low[row];
    if (range > 0) flow[row] = ((close[row] - low[row] - (high[row] - close[row])) / range) * volume[row];
  }
  return flow;
}
