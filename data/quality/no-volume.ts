import { formatInstant } from '../instant.ts';
import type { QualityRule } from '../quality.ts';

/** A series without any volume is common (forex, indices) and no fault. */
export const noVolume: QualityRule = {
  rule: 'no_volume',
  title: 'The series has no volume',
  source: 'an all-zero column means that the source has none, not that nothing was traded',
  check({ bars: { time, volume } }) {
    if (time.length === 0 || volume.some((traded) => traded !== 0)) return null;
    return {
      rule: 'no_volume',
      severity: 'info',
      count: time.length,
      first_at: formatInstant(time[0]),
      examples: [],
      hint: 'Leave volume indicators (obv, mfi, cmf, vwap, volume_ratio) out of strategies on this series.',
    };
  },
};
