import { priceSeries } from '@stratlab/data/bars.ts';
import { inRuns } from '../in-runs.ts';
import { indicator, period } from '../indicator.ts';
import { warmingUp } from '../rolling.ts';

export const cci = indicator({
  type: 'cci',
  title: 'Commodity channel index',
  category: 'momentum',
  parameters: { period: period(20, 2) },
  inputs: {},
  outputs: [],
  formula: '(p - mean) / (0.015 mean |p - mean|) over n, p = (high + low + close) / 3; 0 where either is 0',
  source: 'D. Lambert, Commodities magazine, Oct 1980; TA-Lib CCI',
  priceUnits: false,
  warmup: ({ period }) => [period - 1],
  compute({ bars }, { period }) {
    const typical = priceSeries(bars, 'hlc3');
    const index = warmingUp(typical.length, period - 1);
    inRuns(period - 1, typical.length, (from, to) => deviate(typical, period, index, from, to));
    return [index];
  },
});

/**
 * Mean and distances of each window afresh, n steps a row as in TA-Lib: the distances are taken from a mean that moves, so
 * they do not slide; and a mean that slid would cost the digits that a quiet market leaves.
 */
function deviate(typical: Float64Array, period: number, index: Float64Array, from: number, to: number): void {
  for (let row = from; row < to; row++) {
    const price = typical[row];
    let rise = 0;
    for (let k = row - period + 1; k < row; k++) rise += price - typical[k];
    rise /= period;
    let deviation = Math.abs(rise);
    for (let k = row - period + 1; k < row; k++) deviation += Math.abs(typical[k] - price + rise);
    const rounding = 4 * Number.EPSILON * period * Math.abs(price);
    index[row] = deviation > rounding ? (rise * period) / (0.015 * deviation) : 0;
  }
}
