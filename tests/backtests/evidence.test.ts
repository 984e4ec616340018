import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Judged, judge, type Verdict } from '@stratlab/backtests/evidence.ts';
import { effectiveTrials } from '@stratlab/backtests/statistics/effective-trials.ts';
import { moments } from '@stratlab/backtests/statistics/moments.ts';
import { normalCdf } from '@stratlab/backtests/statistics/normal.ts';
import { sidak } from '@stratlab/backtests/statistics/sidak.ts';
import { normal, type Random, seededRandom } from '@stratlab/data/random.ts';

/** Daily returns with exactly this annual Sharpe ratio, neither skewed nor serially correlated. */
function withSharpe(annual: number, sessions: number): Float64Array {
  const random = seededRandom(11);
  const noise = Float64Array.from({ length: sessions }, () => normal(random));
  const { mean, deviation } = moments(noise);
  return noise.map((value) => 0.01 * ((value - mean) / deviation + annual / Math.sqrt(252)));
}

function outOfSample(annual: number, sessions: number, other: Partial<Judged> = {}): Judged {
  return {
    returns: withSharpe(annual, sessions),
    periodsPerYear: 252,
    sample: 'out_of_sample',
    trials: 1,
    effectiveTrials: 1,
    ...other,
  };
}

describe('a verdict', () => {
  const cases: [string, Judged, Verdict, RegExp][] = [
    ['of a high ratio over years is strong', outOfSample(2, 1000), 'strong', /^Strong evidence: .*2\.00 over 1000/],
    ['of a good one is moderate', outOfSample(1, 1000), 'moderate', /strong evidence asks for 0\.5 % or less/],
    ['of a fair one is weak', outOfSample(0.75, 1000), 'weak', /moderate evidence asks for 5 % or less/],
    ['of what luck often does is none', outOfSample(0.3, 1000), 'no_evidence', /luck alone reaches with \d+\.?\d* %/],
    ['of a loss is none', outOfSample(-1, 1000), 'no_evidence', /-1\.00/],
    [
      'in sample is at most weak',
      outOfSample(3, 2000, { sample: 'in_sample' }),
      'weak',
      /in sample is never more than weak/,
    ],
    ['partly in sample is at most weak', outOfSample(3, 2000, { sample: 'mixed' }), 'weak', /partly in sample/],
    ['of few sessions is none', outOfSample(6, 59), 'no_evidence', /asks for at least 60 sessions/],
    ['of less than a year is at most weak', outOfSample(6, 251), 'weak', /asks for at least 252 sessions/],
    ['of less than two is at most moderate', outOfSample(6, 503), 'moderate', /asks for at least 504 sessions/],
    ['of few trades is none', outOfSample(3, 2000, { closedTrades: 9 }), 'no_evidence', /at least 10 trades, not 9/],
    ['of some trades is at most weak', outOfSample(3, 2000, { closedTrades: 29 }), 'weak', /30 trades, not 29/],
    [
      'after many trials is less',
      outOfSample(1.9, 1000, { trials: 4000, effectiveTrials: 900 }),
      'weak',
      /best of 4000 trials \(900\.0 independent\)/,
    ],
    [
      'of no more than buy-and-hold is at most weak',
      outOfSample(2, 1000, { benchmarkReturns: withSharpe(2.2, 1000) }),
      'weak',
      /no better than buy-and-hold at 2\.20/,
    ],
    [
      'of more than buy-and-hold says so',
      outOfSample(2, 1000, { benchmarkReturns: withSharpe(0.5, 1000) }),
      'strong',
      /better than buy-and-hold at 0\.50/,
    ],
    [
      'without trades is none',
      outOfSample(0, 300, { returns: new Float64Array(300), closedTrades: 0 }),
      'no_evidence',
      /no trade/,
    ],
    [
      'of constant returns is none',
      outOfSample(0, 0, { returns: new Float64Array(300).fill(0.001) }),
      'no_evidence',
      /do not vary/,
    ],
    ['of nothing is none', outOfSample(0, 0, { returns: new Float64Array(0) }), 'no_evidence', /0 sessions/],
  ];
  for (const [name, judged, verdict, reason] of cases) {
    test(name, () => {
      const evidence = judge(judged);
      assert.equal(evidence.verdict, verdict, evidence.reason);
      assert.match(evidence.reason, reason);
      assert.match(evidence.reason, /^[A-Z].*\.$/);
    });
  }
});

describe('the figures behind a verdict', () => {
  test('of plain returns are those of the normal distribution', () => {
    const { p, adjusted_p, psr } = judge(outOfSample(1.5, 1000, { trials: 8, effectiveTrials: 5 }));
    const z = (1.5 / Math.sqrt(252)) * Math.sqrt(999);
    assert.ok(p !== null && psr !== null && Math.abs(p / normalCdf(-z) - 1) < 0.25);
    assert.equal(adjusted_p, sidak(p, 5));
    assert.ok(Math.abs(psr - normalCdf(z)) < 1e-3);
  });

  test('doubt serially correlated gains more', () => {
    const returns = withSharpe(1.5, 1000);
    const smoothed = returns.map((value, i) => (value + (i === 0 ? value : returns[i - 1])) / 2);
    const { mean, deviation } = moments(smoothed);
    const target = moments(returns);
    const rescaled = smoothed.map((value) => target.mean + ((value - mean) / deviation) * target.deviation);
    const plain = judge(outOfSample(0, 0, { returns }));
    const serial = judge(outOfSample(0, 0, { returns: rescaled }));
    assert.ok((serial.p ?? 0) > 2 * (plain.p ?? 1));
  });

  test('give the days that would be enough, none for a loss', () => {
    const { min_track_record_days: days } = judge(outOfSample(1, 1000));
    assert.ok(days !== null && Math.abs(days / 365.25 - 1.645 ** 2) < 0.1, `${days}`);
    assert.equal(judge(outOfSample(-1, 1000)).min_track_record_days, null);
  });

  test('do not grow with the number of trials', () => {
    const of = (trials: number) => judge(outOfSample(1.5, 1000, { trials, effectiveTrials: trials }));
    const [few, many] = [of(2), of(50)];
    assert.ok((few.adjusted_p ?? 1) < (many.adjusted_p ?? 0));
    assert.ok((few.deflated_sharpe ?? 0) > (many.deflated_sharpe ?? 1));
    assert.equal(few.p, many.p);
    assert.equal(few.psr, many.psr);
  });

  test('are over the return of cash', () => {
    const cash = 0.0002;
    const returns = withSharpe(1.5, 1000);
    const over = judge(outOfSample(0, 0, { returns: returns.map((value) => value + cash), cashRate: cash }));
    assert.ok(Math.abs((over.psr ?? 0) - (judge(outOfSample(0, 0, { returns })).psr ?? 1)) < 1e-9);
  });
});

describe('calibration', () => {
  /** Most "edges" in 300 worlds without one that a 5 % rate explains with 99 % probability (binomial). */
  const worlds = 300;
  const bound = 24;

  interface World {
    variants: number;
    sessions: number;
    /** Share of the variance that all variants have in common. */
    common?: number;
    /** Correlation of a return with the one before. */
    persistence?: number;
    /** Annual Sharpe ratio of the first variant. */
    edge?: number;
    shock?: (random: Random) => number;
  }

  function series(random: Random, world: World, market: Float64Array): Float64Array {
    const { common = 0, persistence = 0, shock = normal } = world;
    let last = 0;
    return market.map((value) => {
      last = persistence * last + shock(random);
      return Math.sqrt(common) * value + Math.sqrt(1 - common) * last;
    });
  }

  /** Judges the best variant by the number of independent ones that all of them amount to. */
  function verdictOf(world: World, seed: number): Verdict {
    const random = seededRandom(seed * 7919 + 13);
    const market = Float64Array.from({ length: world.sessions }, () => normal(random));
    const tried = Array.from({ length: world.variants }, (_, k) => {
      const drift = k === 0 ? (world.edge ?? 0) / Math.sqrt(252) : 0;
      return series(random, world, market).map((value) => 0.01 * (value + drift));
    });
    const ratio = (returns: Float64Array) => {
      const { mean, deviation } = moments(returns);
      return mean / deviation;
    };
    const returns = tried.reduce((best, candidate) => (ratio(candidate) > ratio(best) ? candidate : best));
    return judge({
      returns,
      periodsPerYear: 252,
      sample: 'out_of_sample',
      trials: tried.length,
      effectiveTrials: effectiveTrials(tried),
    }).verdict;
  }

  function found(world: World, count = worlds): number {
    const verdicts = Array.from({ length: count }, (_, seed) => verdictOf(world, seed));
    return verdicts.filter((verdict) => verdict === 'moderate' || verdict === 'strong').length;
  }

  const exponential = (random: Random) => -Math.log(1 - random()) - 1;
  const withoutEdge: Record<string, World> = {
    'one strategy': { variants: 1, sessions: 1000 },
    'one year': { variants: 1, sessions: 253 },
    'the best of 20': { variants: 20, sessions: 500 },
    'the best of 30 that resemble each other': { variants: 30, sessions: 500, common: 0.5 },
    'persistent returns': { variants: 1, sessions: 1000, persistence: 0.3 },
    'many small losses and few large gains, best of 10': { variants: 10, sessions: 500, shock: exponential },
    'many small gains and few large losses, best of 10': {
      variants: 10,
      sessions: 500,
      shock: (random) => -exponential(random),
    },
  };
  for (const [name, world] of Object.entries(withoutEdge)) {
    test(`without an edge, ${name}: found no more often than at the nominal rate`, () => {
      const count = found(world);
      assert.ok(count <= bound, `${count} of ${worlds}`);
    });
  }

  test('an edge is found, alone and among 20 variants', () => {
    assert.ok(found({ variants: 1, sessions: 1000, edge: 1.8 }, 100) >= 80);
    assert.ok(found({ variants: 20, sessions: 1000, edge: 2.5 }, 100) >= 80);
  });
});
