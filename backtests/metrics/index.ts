import type { Metric } from '../metric.ts';
import { alphaAnnArithmetic } from './alpha-ann-arithmetic.ts';
import { alphaAnnCompound } from './alpha-ann-compound.ts';
import { alphaPerPeriod } from './alpha-per-period.ts';
import { annReturnArithmetic } from './ann-return-arithmetic.ts';
import { averageBarsHeld } from './average-bars-held.ts';
import { averageLoss } from './average-loss.ts';
import { averageWin } from './average-win.ts';
import { avgDrawdown } from './avg-drawdown.ts';
import { best } from './best.ts';
import { beta } from './beta.ts';
import { cagr } from './cagr.ts';
import { calmar } from './calmar.ts';
import { correlation } from './correlation.ts';
import { costShare } from './cost-share.ts';
import { costsPaid } from './costs-paid.ts';
import { cvar95 } from './cvar-95.ts';
import { cvar99 } from './cvar-99.ts';
import { cvarGaussian95 } from './cvar-gaussian-95.ts';
import { cvarGaussian99 } from './cvar-gaussian-99.ts';
import { cvarTail95 } from './cvar-tail-95.ts';
import { cvarTail99 } from './cvar-tail-99.ts';
import { downCapture } from './down-capture.ts';
import { downsideDeviationAnn } from './downside-deviation-ann.ts';
import { expectancy } from './expectancy.ts';
import { expectancyR } from './expectancy-r.ts';
import { expectancyReturn } from './expectancy-return.ts';
import { exposure } from './exposure.ts';
import { exposureLong } from './exposure-long.ts';
import { exposureShort } from './exposure-short.ts';
import { finalEquity } from './final-equity.ts';
import { gainToPain } from './gain-to-pain.ts';
import { geometricMeanReturn } from './geometric-mean-return.ts';
import { geometricMeanTradeReturn } from './geometric-mean-trade-return.ts';
import { informationRatio } from './information-ratio.ts';
import { informationRatioAnn } from './information-ratio-ann.ts';
import { kelly } from './kelly.ts';
import { kurtosis } from './kurtosis.ts';
import { kurtosisSample } from './kurtosis-sample.ts';
import { largestLoss } from './largest-loss.ts';
import { largestWin } from './largest-win.ts';
import { longestUnderwaterBars } from './longest-underwater-bars.ts';
import { lossRate } from './loss-rate.ts';
import { maxConsecutiveLosses } from './max-consecutive-losses.ts';
import { maxConsecutiveWins } from './max-consecutive-wins.ts';
import { maxDdPeakIndex } from './max-dd-peak-index.ts';
import { maxDdPeakToRecoveryBars } from './max-dd-peak-to-recovery-bars.ts';
import { maxDdPeakToTroughBars } from './max-dd-peak-to-trough-bars.ts';
import { maxDdRecoveryIndex } from './max-dd-recovery-index.ts';
import { maxDdTroughIndex } from './max-dd-trough-index.ts';
import { maxDrawdown } from './max-drawdown.ts';
import { maxDrawdownDays } from './max-drawdown-days.ts';
import { nDrawdowns } from './n-drawdowns.ts';
import { omega0 } from './omega-0.ts';
import { painIndexPct } from './pain-index-pct.ts';
import { payoffRatio } from './payoff-ratio.ts';
import { pctPositive } from './pct-positive.ts';
import { periodsPerYear } from './periods-per-year.ts';
import { profitFactor } from './profit-factor.ts';
import { profitFactorOnReturns } from './profit-factor-on-returns.ts';
import { psr } from './psr.ts';
import { rSquared } from './r-squared.ts';
import { sharpe } from './sharpe.ts';
import { sharpeSe } from './sharpe-se.ts';
import { skew } from './skew.ts';
import { skewSample } from './skew-sample.ts';
import { sortino } from './sortino.ts';
import { sqn } from './sqn.ts';
import { stabilityR2 } from './stability-r2.ts';
import { tailRatio } from './tail-ratio.ts';
import { totalCommission } from './total-commission.ts';
import { totalReturn } from './total-return.ts';
import { trackingErrorAnn } from './tracking-error-ann.ts';
import { tradedNotional } from './traded-notional.ts';
import { trades } from './trades.ts';
import { treynor } from './treynor.ts';
import { turnover } from './turnover.ts';
import { ulcerIndex } from './ulcer-index.ts';
import { upCapture } from './up-capture.ts';
import { var95 } from './var-95.ts';
import { var99 } from './var-99.ts';
import { varCornishFisher95 } from './var-cornish-fisher-95.ts';
import { varCornishFisher99 } from './var-cornish-fisher-99.ts';
import { varGaussian95 } from './var-gaussian-95.ts';
import { varGaussian99 } from './var-gaussian-99.ts';
import { volatility } from './volatility.ts';
import { winRate } from './win-rate.ts';
import { worst } from './worst.ts';

/** Every metric, the headline ones first, in the order they are shown. */
export const metrics: readonly Metric[] = [
  totalReturn,
  cagr,
  volatility,
  sharpe,
  sharpeSe,
  sortino,
  calmar,
  maxDrawdown,
  maxDrawdownDays,
  ulcerIndex,
  var95,
  cvar95,
  var99,
  cvar99,
  skew,
  kurtosis,
  winRate,
  profitFactor,
  expectancy,
  averageWin,
  averageLoss,
  sqn,
  kelly,
  exposure,
  turnover,
  trades,
  averageBarsHeld,
  costsPaid,
  finalEquity,
  psr,
  periodsPerYear,
  annReturnArithmetic,
  geometricMeanReturn,
  downsideDeviationAnn,
  maxDdPeakIndex,
  maxDdTroughIndex,
  maxDdRecoveryIndex,
  maxDdPeakToTroughBars,
  maxDdPeakToRecoveryBars,
  longestUnderwaterBars,
  nDrawdowns,
  avgDrawdown,
  painIndexPct,
  skewSample,
  kurtosisSample,
  cvarTail95,
  varGaussian95,
  cvarGaussian95,
  varCornishFisher95,
  cvarTail99,
  varGaussian99,
  cvarGaussian99,
  varCornishFisher99,
  omega0,
  gainToPain,
  tailRatio,
  best,
  worst,
  pctPositive,
  stabilityR2,
  beta,
  alphaPerPeriod,
  alphaAnnArithmetic,
  alphaAnnCompound,
  trackingErrorAnn,
  informationRatio,
  informationRatioAnn,
  correlation,
  rSquared,
  upCapture,
  downCapture,
  treynor,
  lossRate,
  payoffRatio,
  profitFactorOnReturns,
  expectancyReturn,
  expectancyR,
  geometricMeanTradeReturn,
  maxConsecutiveWins,
  maxConsecutiveLosses,
  exposureLong,
  exposureShort,
  costShare,
  tradedNotional,
  totalCommission,
  largestWin,
  largestLoss,
];
