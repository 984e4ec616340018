import { giveBack } from './columns.ts';
import { rollingMax, rollingMin } from './rolling.ts';

/**
 * Where a value lies between the lowest low (0) and the highest high (100) of the last `period` rows; 0 where they are
 * equal. For values defined from row `first` on.
 */
export function placeInRange(
  values: Float64Array,
  high: Float64Array,
  low: Float64Array,
  period: number,
  first = 0,
): Float64Array {
  const place = rollingMax(high, period, first);
  const lowest = rollingMin(low, period, first);
  for (let row = first + period - 1; row < values.length; row++) {
    const range = place[row] - lowest[row];
    place[row] = range === 0 ? 0 : 100 * ((values[row] - lowest[row]) / range);
  }
  giveBack(lowest);
  return place;
}
