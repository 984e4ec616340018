import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { monthlyReturns, yearlyReturns } from '@stratlab/backtests/periods.ts';
import { alignSessions, periodsPerYear, ratePerPeriod, sessionReturns } from '@stratlab/backtests/session-returns.ts';
import fc from 'fast-check';

const day = 86_400_000;
const hour = 3_600_000;
/** A session from 22:00Z to 22:00Z, named by the date it ends on, as currencies trade. */
const evening = { sessionOf: (time: number) => Math.floor((time + 2 * hour) / day) * day, sessionsPerYear: 260 };

function at(...times: string[]): Float64Array {
  return Float64Array.from(times, (time) => Date.parse(`${time}Z`));
}

describe('returns per session', () => {
  test('are those of the last equity of each session, the first over the initial capital', () => {
    const time = at('2024-01-01T21:00', '2024-01-01T22:00', '2024-01-02T21:00', '2024-01-02T23:00');
    const { session, returns } = sessionReturns(time, Float64Array.of(110, 120, 121, 60.5), 100, evening);
    assert.deepEqual(Array.from(session), Array.from(at('2024-01-01', '2024-01-02', '2024-01-03')));
    assert.deepEqual(
      Array.from(returns, (value) => Math.round(value * 1e9) / 1e9),
      [0.1, 0.1, -0.5],
    );
  });

  test('of daily bars are the returns of the bars', () => {
    const time = at('2024-01-02', '2024-01-03', '2024-01-04');
    const { returns } = sessionReturns(time, Float64Array.of(101, 101, 202), 100, evening);
    assert.deepEqual(Array.from(returns), [1.01 - 1, 0, 1]);
  });

  test('of weekly bars are one a week, 52 to the year', () => {
    const time = at('2024-01-01', '2024-01-08', '2024-01-15');
    assert.equal(sessionReturns(time, Float64Array.of(1, 2, 3), 1, evening).returns.length, 3);
    assert.equal(periodsPerYear('1w', evening), 52);
    assert.equal(periodsPerYear('1h', evening), 260);
  });

  test('are 0 after everything was lost', () => {
    const time = at('2024-01-02', '2024-01-03', '2024-01-04');
    const { returns } = sessionReturns(time, Float64Array.of(50, -5, -5), 100, evening);
    assert.deepEqual(Array.from(returns), [-0.5, -1.1, 0]);
  });

  test('of no bar are none', () => {
    assert.equal(sessionReturns(new Float64Array(0), new Float64Array(0), 100, evening).returns.length, 0);
  });

  test('compound to the whole, and are gathered as bar by bar, wherever the bars lie', () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 1000 }), (steps, seed) => {
        let now = 0;
        const time = Float64Array.from(steps, (step) => {
          now += step * hour;
          return now;
        });
        const equity = time.map((_, i) => 100 + ((i * seed) % 37));
        const { session, returns } = sessionReturns(time, equity, 100, evening);
        const last = new Map(Array.from(time, (instant, row) => [evening.sessionOf(instant), equity[row]]));
        assert.deepEqual(Array.from(session), [...last.keys()]);
        let level = 100;
        const levels = Array.from(returns, (value) => {
          level *= 1 + value;
          return level;
        });
        [...last.values()].forEach((expected, k) => {
          assert.ok(Math.abs(levels[k] - expected) < 1e-9);
        });
      }),
    );
  });

  test('of several results meet on the union of their sessions, 0 where one held nothing', () => {
    const first = { session: Float64Array.of(1 * day, 3 * day), returns: Float64Array.of(0.1, 0.2) };
    const second = { session: Float64Array.of(2 * day, 3 * day), returns: Float64Array.of(0.3, 0.4) };
    const { session, returns } = alignSessions([first, second]);
    assert.deepEqual(Array.from(session), [1 * day, 2 * day, 3 * day]);
    assert.deepEqual(
      returns.map((values) => Array.from(values)),
      [
        [0.1, 0, 0.2],
        [0, 0.3, 0.4],
      ],
    );
  });
});

test('an annual rate compounds from its rate per session', () => {
  assert.ok(Math.abs((1 + ratePerPeriod(0.05, 252)) ** 252 - 1.05) < 1e-12);
});

describe('returns by calendar period', () => {
  const sessions = {
    session: at('2023-12-28', '2023-12-29', '2024-01-02', '2024-03-01'),
    returns: Float64Array.of(0.1, 0.1, -0.5, 1),
  };

  test('are compounded per month that has sessions', () => {
    const months = monthlyReturns(sessions);
    assert.deepEqual(
      months.map(({ year, month, sessions: count }) => [year, month, count]),
      [
        [2023, 12, 2],
        [2024, 1, 1],
        [2024, 3, 1],
      ],
    );
    assert.ok(Math.abs(months[0].return - 0.21) < 1e-12);
  });

  test('and per year', () => {
    const years = yearlyReturns(sessions);
    assert.deepEqual(
      years.map((year) => [year.year, year.sessions, Math.round(year.return * 1e9) / 1e9]),
      [
        [2023, 2, 0.21],
        [2024, 2, 0],
      ],
    );
  });
});
