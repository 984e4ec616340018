import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deflatedSharpe } from '@stratlab/backtests/statistics/deflated-sharpe.ts';
import { expectedMaximum } from '@stratlab/backtests/statistics/expected-maximum.ts';
import { minimumBacktestYears } from '@stratlab/backtests/statistics/minimum-backtest-length.ts';
import { minimumTrackRecord } from '@stratlab/backtests/statistics/minimum-track-record.ts';
import { moments } from '@stratlab/backtests/statistics/moments.ts';
import { neweyWestError } from '@stratlab/backtests/statistics/newey-west.ts';
import { probabilisticSharpe } from '@stratlab/backtests/statistics/probabilistic-sharpe.ts';
import { sharpeError, sharpeSample } from '@stratlab/backtests/statistics/sharpe-error.ts';
import { referenceText, withoutReference } from '../reference.ts';

interface Series {
  returns: number[];
  moments: { n: number; mean: number; sd1: number; sr: number; skew: number; kurt: number };
  sr_se_mertens: number;
  psr_0: number;
  psr_ann1: number;
  mintrl_0_95: number;
  dsr_N20_var: { trials: number; var_sr: number; sr0: number; dsr: number };
  newey_west: Record<string, { se_mean: number; t: number }>;
}

interface Published {
  what: string;
  expected?: number;
  full: number;
  inputs?: { sr: number; n: number; skew: number; kurt: number };
  sr0_daily?: number;
}

interface Vectors {
  series: Record<string, Series>;
  published: Published[];
}

function load(): Vectors {
  return JSON.parse(referenceText('reference/overfitting_vectors.json.gz'));
}

function assertClose(actual: number, expected: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= 1e-8 * Math.max(1, Math.abs(expected)), `${what}: ${actual}, ${expected}`);
}

describe('overfitting statistics', { skip: withoutReference }, () => {
  for (const name of ['normal', 'neg_skew', 'fat_tail', 'ar1_pos']) {
    test(`every statistic of the series ${name}`, () => {
      const expected = load().series[name];
      const returns = Float64Array.from(expected.returns);
      const found = moments(returns);
      const sample = sharpeSample(found);
      const { trials, var_sr, dsr, sr0 } = expected.dsr_N20_var;
      assertClose(found.mean, expected.moments.mean, 'mean');
      assertClose(found.deviation, expected.moments.sd1, 'sd');
      assertClose(sample.sharpe, expected.moments.sr, 'sr');
      assertClose(found.skew, expected.moments.skew, 'skew');
      assertClose(found.kurtosis, expected.moments.kurt, 'kurtosis');
      assertClose(sharpeError(sample), expected.sr_se_mertens, 'standard error');
      assertClose(probabilisticSharpe(sample), expected.psr_0, 'PSR');
      assertClose(probabilisticSharpe(sample, 1 / Math.sqrt(252)), expected.psr_ann1, 'PSR against 1 a year');
      assertClose(minimumTrackRecord(sample), expected.mintrl_0_95, 'MinTRL');
      assertClose(Math.sqrt(var_sr) * expectedMaximum(trials), sr0, 'expected maximum');
      assertClose(deflatedSharpe(sample, trials, var_sr), dsr, 'DSR');
      for (const [lags, { se_mean, t }] of Object.entries(expected.newey_west)) {
        assertClose(neweyWestError(returns, Number(lags)), se_mean, `Newey-West, ${lags} lags`);
        assertClose(found.mean / neweyWestError(returns, Number(lags)), t, `t of Newey-West, ${lags} lags`);
      }
    });
  }

  test('examples printed in the papers', () => {
    const { published } = load();
    const full = (what: string) => {
      const example = published.find((candidate) => candidate.what.startsWith(what));
      assert.ok(example, what);
      return example.full;
    };
    const monthly = { sharpe: 0.458, count: 24, skew: -2.448, kurtosis: 10.164 };
    assertClose(probabilisticSharpe(monthly), full('PSR, monthly'), 'PSR');
    assertClose(probabilisticSharpe({ ...monthly, skew: 0, kurtosis: 3 }), full('PSR same'), 'PSR, normal');
    for (const { what, inputs, full } of published) {
      if (inputs === undefined) continue;
      const sample = { sharpe: inputs.sr, count: inputs.n, skew: inputs.skew, kurtosis: inputs.kurt };
      if (what === 'sigma(SR)') assertClose(sharpeError(sample), full, what);
      if (what.startsWith('MinTRL years')) assertClose(minimumTrackRecord(sample) / 12, full, what);
    }
    const years = (perYear: number, sharpe: number, benchmark: number, skew = 0, kurtosis = 3) => {
      const scale = Math.sqrt(perYear);
      return minimumTrackRecord({ sharpe: sharpe / scale, skew, kurtosis }, benchmark / scale) / perYear;
    };
    assertClose(years(250, 2, 1), full('MinTRL daily'), 'MinTRL daily');
    assertClose(years(52, 2, 1), full('MinTRL weekly'), 'MinTRL weekly');
    assertClose(years(12, 2, 1), full('MinTRL monthly (12)'), 'MinTRL monthly');
    assertClose(years(12, 2, 1, -0.72, 5.78), full('MinTRL monthly, SR 2'), 'MinTRL non-normal');
    assertClose(years(12, 3, 2.5, -0.72, 5.78), full('MinTRL monthly SR 3'), 'MinTRL non-normal, 3 against 2.5');
    const skewed = { sharpe: 2.5 / Math.sqrt(250), count: 1250, skew: -3, kurtosis: 10 };
    assertClose(deflatedSharpe(skewed, 100, 0.5 / 250), full('DSR example'), 'DSR');
    assertClose(deflatedSharpe(skewed, 46, 0.5 / 250), full('DSR same with N=46'), 'DSR, 46 trials');
    assertClose(
      deflatedSharpe({ ...skewed, skew: 0, kurtosis: 3 }, 88, 0.5 / 250),
      full('DSR Normal'),
      'DSR, normal, 88 trials',
    );
    assertClose(expectedMaximum(100), full('expected max of N=100'), 'E[max of 100]');
    assertClose(expectedMaximum(10), full('expected max N=10'), 'E[max of 10]');
    assertClose(minimumBacktestYears(45, 1), full('MinBTL'), 'MinBTL');
  });
});
