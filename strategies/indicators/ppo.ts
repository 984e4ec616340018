import { choice, indicator, period } from '../indicator.ts';
import { movingAverage } from '../smoothing.ts';

export const ppo = indicator({
  type: 'ppo',
  title: 'Percentage price oscillator',
  category: 'momentum',
  parameters: { fast_period: period(12), slow_period: period(26), ma: choice('sma', 'ema') },
  inputs: { source: 'close' },
  outputs: [],
  formula: '100 (F - S) / S of a fast and a slow moving average; 0 where S is 0',
  source: 'TA-Lib PPO',
  priceUnits: false,
  warmup: ({ fast_period, slow_period }) => [Math.max(fast_period, slow_period) - 1],
  compute({ series: { source } }, { fast_period, slow_period, ma }) {
    const fast = movingAverage(source, fast_period, ma);
    const slow = movingAverage(source, slow_period, ma);
    for (let row = 0; row < fast.length; row++) {
      fast[row] = slow[row] === 0 ? 0 : 100 * ((fast[row] - slow[row]) / slow[row]);
    }
    return [fast];
  },
});
