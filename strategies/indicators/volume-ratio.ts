import { indicator, period } from '../indicator.ts';
import { rollingMean } from '../rolling.ts';

export const volumeRatio = indicator({
  type: 'volume_ratio',
  title: 'Volume ratio',
  category: 'volume',
  parameters: { period: period(20, 2) },
  inputs: {},
  outputs: [],
  formula: 'volume / mean volume of the last n bars, the current one included; undefined without volume',
  source: 'KTRDR',
  priceUnits: false,
  warmup: ({ period }) => [period - 1],
  compute({ bars: { volume } }, { period }) {
    const ratio = rollingMean(volume, period);
    for (let row = 0; row < ratio.length; row++) ratio[row] = volume[row] / ratio[row];
    return [ratio];
  },
});
