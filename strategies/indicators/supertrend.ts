import { choice, indicator, multiplier, period } from '../indicator.ts';
import { warmingUp } from '../rolling.ts';
import { averageRangeWarmup, averageTrueRange } from '../true-range.ts';

export const supertrend = indicator({
  type: 'supertrend',
  title: 'Supertrend',
  category: 'trend',
  parameters: { period: period(10), multiplier: multiplier(3), atr: choice('tradingview', 'wilder', 'sma') },
  inputs: {},
  outputs: ['line', 'direction', 'upper', 'lower'],
  formula:
    'bands (high + low) / 2 +- k ATR that move only towards the price until a close passes them; direction 1 after a close above upper, -1 after one below lower, -1 at first; line = lower when up, upper when down',
  source: 'O. Seban; TradingView ta.supertrend with the sign of direction reversed',
  priceUnits: ['line', 'upper', 'lower'],
  warmup: ({ period, atr }) => Array.from({ length: 4 }, () => averageRangeWarmup(period, atr)),
  compute({ bars }, { period, multiplier, atr }) {
    const { high, low, close } = bars;
    const rows = close.length;
    const ranges = averageTrueRange(bars, period, atr);
    const start = averageRangeWarmup(period, atr);
    const [line, direction, upper, lower] = [0, 1, 2, 3].map(() => warmingUp(rows, start));
    let [top, bottom, heading] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1];
    for (let row = start; row < rows; row++) {
      const middle = (high[row] + low[row]) / 2;
      const width = multiplier * ranges[row];
      const before = row > start ? close[row - 1] : Number.NaN;
      if (middle + width < top || before > top) top = middle + width;
      if (middle - width > bottom || before < bottom) bottom = middle - width;
      if (row > start && (heading < 0 ? close[row] > top : close[row] < bottom)) heading = -heading;
      upper[row] = top;
      lower[row] = bottom;
      direction[row] = heading;
      line[row] = heading > 0 ? bottom : top;
    }
    return [line, direction, upper, lower];
  },
});
