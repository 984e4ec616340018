import type { Indicator } from '../indicator.ts';
import { adLine } from './ad-line.ts';
import { adx } from './adx.ts';
import { aroon } from './aroon.ts';
import { atr } from './atr.ts';
import { beta } from './beta.ts';
import { bollinger } from './bollinger.ts';
import { bollingerWidth } from './bollinger-width.ts';
import { cci } from './cci.ts';
import { cmf } from './cmf.ts';
import { cmo } from './cmo.ts';
import { correlation } from './correlation.ts';
import { dema } from './dema.ts';
import { distanceFromMa } from './distance-from-ma.ts';
import { donchian } from './donchian.ts';
import { ema } from './ema.ts';
import { fisher } from './fisher.ts';
import { fracDiff } from './frac-diff.ts';
import { ichimoku } from './ichimoku.ts';
import { kama } from './kama.ts';
import { keltner } from './keltner.ts';
import { linregSlope } from './linreg-slope.ts';
import { macd } from './macd.ts';
import { mfi } from './mfi.ts';
import { momentum } from './momentum.ts';
import { natr } from './natr.ts';
import { obv } from './obv.ts';
import { parabolicSar } from './parabolic-sar.ts';
import { percentB } from './percent-b.ts';
import { ppo } from './ppo.ts';
import { roc } from './roc.ts';
import { rsi } from './rsi.ts';
import { rvi } from './rvi.ts';
import { sma } from './sma.ts';
import { squeeze } from './squeeze.ts';
import { stddev } from './stddev.ts';
import { stochastic } from './stochastic.ts';
import { stochrsi } from './stochrsi.ts';
import { supertrend } from './supertrend.ts';
import { tema } from './tema.ts';
import { trix } from './trix.ts';
import { ultimateOscillator } from './ultimate-oscillator.ts';
import { volumeRatio } from './volume-ratio.ts';
import { vwap } from './vwap.ts';
import { williamsR } from './williams-r.ts';
import { wma } from './wma.ts';
import { zigzag } from './zigzag.ts';

/** Every indicator type of the grammar. */
export const indicators: readonly Indicator[] = [
  adLine,
  adx,
  aroon,
  atr,
  beta,
  bollinger,
  bollingerWidth,
  cci,
  cmf,
  cmo,
  correlation,
  dema,
  distanceFromMa,
  donchian,
  ema,
  fisher,
  fracDiff,
  ichimoku,
  kama,
  keltner,
  linregSlope,
  macd,
  mfi,
  momentum,
  natr,
  obv,
  parabolicSar,
  percentB,
  ppo,
  roc,
  rsi,
  rvi,
  sma,
  squeeze,
  stddev,
  stochastic,
  stochrsi,
  supertrend,
  tema,
  trix,
  ultimateOscillator,
  volumeRatio,
  vwap,
  williamsR,
  wma,
  zigzag,
];

const byName = new Map(
  indicators.flatMap((indicator) => [indicator.type, ...(indicator.aliases ?? [])].map((name) => [name, indicator])),
);

/** The indicator of that type or alias, whatever its case. */
export function findIndicator(name: string): Indicator | undefined {
  return byName.get(name.toLowerCase());
}
