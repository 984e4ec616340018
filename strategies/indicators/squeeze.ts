import { giveBack } from '../columns.ts';
import { choice, indicator, multiplier, period } from '../indicator.ts';
import { rollingMoments } from '../rolling.ts';
import { exponentialMean } from '../smoothing.ts';
import { averageRangeWarmup, averageTrueRange } from '../true-range.ts';

export const squeeze = indicator({
  type: 'squeeze',
  aliases: ['squeezeintensity'],
  title: 'Squeeze intensity',
  category: 'volatility',
  parameters: {
    period: period(20, 2),
    bollinger_multiplier: multiplier(2),
    keltner_multiplier: multiplier(1.5),
    ddof: { kind: 'integer', default: 0, min: 0, max: 1 },
    seed: choice('sma', 'first'),
    atr: choice('wilder', 'sma'),
    atr_period: period(20),
  },
  inputs: {},
  outputs: [],
  formula:
    'how far the Bollinger bands lie inside the Keltner channel: max(0, min(KU - BU, BL - KL) / (KU - KL)); undefined where the channel has no width',
  source: 'KTRDR; after J. Carter, Mastering the Trade (2005)',
  priceUnits: false,
  warmup: ({ period, atr, atr_period }) => [Math.max(period - 1, averageRangeWarmup(atr_period, atr))],
  compute({ bars }, { period, bollinger_multiplier, keltner_multiplier, ddof, seed, atr, atr_period }) {
    const { mean, deviation } = rollingMoments(bars.close, period, ddof);
    const middle = exponentialMean(bars.close, period, 0, seed);
    const squeezed = averageTrueRange(bars, atr_period, atr);
    for (let row = 0; row < squeezed.length; row++) {
      const channel = keltner_multiplier * squeezed[row];
      const room = channel - bollinger_multiplier * deviation[row] - Math.abs(middle[row] - mean[row]);
      squeezed[row] = channel === 0 ? Number.NaN : Math.max(0, room / (2 * channel));
    }
    giveBack(mean, deviation, middle);
    return [squeezed];
  },
});
