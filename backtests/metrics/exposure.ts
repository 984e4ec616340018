import { type Metric, undefinedBecause } from '../metric.ts';

export const exposure: Metric = {
  name: 'exposure',
  title: 'Exposure',
  unit: 'fraction',
  formula: 'bars in which a position was held, if only for a part of them, / bars: the entry and the exit bar count',
  source: 'backtesting.py 0.6 Exposure Time',
  headline: true,
  compute(sample) {
    const { position, trades, firstBar } = sample;
    if (position.length === 0) return undefinedBecause('no position per bar is known');
    const within = new Set(
      trades.filter((trade) => trade.entryBar === trade.exitBar).map((trade) => trade.entryBar - firstBar),
    );
    let held = 0;
    for (let row = 0; row < position.length; row++) {
      if (position[row] !== 0 || (row > 0 && position[row - 1] !== 0) || within.has(row)) held++;
    }
    return held / position.length;
  },
};
