import type { QualityRule } from '../quality.ts';
import { duplicateTimestamps } from './duplicate-timestamps.ts';
import { likelySplit } from './likely-split.ts';
import { missingBars } from './missing-bars.ts';
import { negativeVolume } from './negative-volume.ts';
import { noVolume } from './no-volume.ts';
import { nonPositivePrice } from './non-positive-price.ts';
import { ohlcInconsistent } from './ohlc-inconsistent.ts';
import { openEqualsPreviousClose } from './open-equals-previous-close.ts';
import { outOfOrder } from './out-of-order.ts';
import { priceSpike } from './price-spike.ts';
import { sessionDrift } from './session-drift.ts';
import { staleRun } from './stale-run.ts';
import { unfinishedLastBar } from './unfinished-last-bar.ts';

export const qualityRules: readonly QualityRule[] = [
  missingBars,
  duplicateTimestamps,
  outOfOrder,
  ohlcInconsistent,
  nonPositivePrice,
  negativeVolume,
  staleRun,
  likelySplit,
  priceSpike,
  sessionDrift,
  openEqualsPreviousClose,
  noVolume,
  unfinishedLastBar,
];
