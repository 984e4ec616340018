import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayMs } from '@stratlab/data/instant.ts';
import { periodStarts } from '@stratlab/strategies/rebalancing-periods.ts';
import { columns, firstDay, wishes } from './universe-world.ts';

const day = (k: number) => firstDay + k * dayMs;
const flat = (days: number, close = 10) => Array.from({ length: days }, () => close);
const _ = null;

const target = (block: string, more = '') => `version: "4"\n${more}\ntarget: ${block}\n`;
const universe = 'universe: {symbols: [A, B, C, D]}';

test('a target wishes its position at every bar it is known on, and leaves it elsewhere', () => {
  const wished = wishes(target('{position: "diff(close, 1) / 10", rebalance: {band: 0.05}}'), {
    closes: { A: [1, 3, 2, 2] },
  });
  assert.deepEqual(columns(wished), [[_, 0.2, -0.1, 0]]);
  assert.deepEqual([wished.firstStep, wished.endStep, wished.band], [1, 4, 0.05]);
});

test('each member of a universe is wished on its own bars, and 0 while it does not belong', () => {
  const wished = wishes(target('{position: "close / 100"}', universe), {
    closes: { A: [1, _, 3, 4, 5], B: [_, 2, 2, 2, 2], C: [7, 7, 7, 7, 7] },
    membership: [
      { symbol: 'A', from: day(0), to: null },
      { symbol: 'B', from: day(0), to: day(2) },
      { symbol: 'C', from: day(1), to: day(1) },
      { symbol: 'C', from: day(4), to: null },
    ],
  });
  assert.deepEqual(columns(wished), [
    [0.01, _, 0.03, 0.04, 0.05],
    [_, 0.02, 0.02, 0, 0],
    [0, 0.07, 0, 0, 0.07],
  ]);
  assert.equal(wished.firstStep, 0);
});

test('the first bar of a new week decides, and so does the first known value of each member', () => {
  // 2020-01-01 is a Wednesday: weeks begin on days 5 and 12.
  const closes = Array.from({ length: 14 }, (_, k) => k + 1);
  const late = closes.map((close, k) => (k < 3 || k === 5 ? null : close));
  const wished = wishes(target('{position: close, rebalance: {every: weekly}}', universe), {
    closes: { A: closes, B: late },
  });
  assert.deepEqual(columns(wished), [
    [1, _, _, _, _, 6, _, _, _, _, _, _, 13, _],
    // Its first bar is on day 3; on Monday it has none, so that its Tuesday begins the week.
    [_, _, _, 4, _, _, 7, _, _, _, _, _, 13, _],
  ]);
});

test('a new period begins with its first bar, never a second time', () => {
  const date = (instant: number) => Math.floor(instant / dayMs) * dayMs;
  const starts = (every: 'bar' | 'day' | 'week' | 'month', hours: number[]) =>
    [
      ...periodStarts(
        Float64Array.from(hours, (hour) => firstDay + hour * 3_600_000),
        every,
        date,
      ),
    ].join('');
  assert.equal(starts('bar', [0, 1, 2]), '111');
  assert.equal(starts('day', [0, 5, 23, 24, 30, 96]), '100101');
  assert.equal(starts('week', [0, 24, 119, 120, 144, 24 * 19]), '100101');
  assert.equal(starts('month', [0, 24 * 30, 24 * 31, 24 * 59, 24 * 60]), '10101');
  // A session that is counted to the day before, after one of the next: no day begins twice.
  const late = (instant: number) => date(instant) + (instant === firstDay + 3_600_000 ? dayMs : 0);
  assert.deepEqual(
    [...periodStarts(Float64Array.of(day(0), day(0) + 3_600_000, day(0) + 7_200_000), 'day', late)],
    [1, 1, 0],
  );
});

test('history, a range, and a direction hold for targets', () => {
  const closes = { A: [1, -2, 3, 4, -5, 6].map((close) => close + 10) };
  const text = (decisions: string) =>
    target('{position: (close - 10) / 10}', `training_data: {history_required: 2}\ndecisions: ${decisions}`);
  assert.deepEqual(columns(wishes(text('{}'), { closes })), [[_, _, 0.3, 0.4, -0.5, 0.6]]);
  const part = wishes(text('{direction: long}'), { closes, range: { from: day(3), to: day(4) } });
  assert.deepEqual(columns(part), [[_, _, _, 0.4, 0, _]]);
  assert.deepEqual([part.firstStep, part.endStep], [3, 5]);
  assert.deepEqual(columns(wishes(text('{direction: short}'), { closes })), [[_, _, 0, 0, -0.5, 0]]);
  const never = wishes(target('{position: roc(50)}'), { closes });
  assert.equal(never.firstStep, never.endStep);
});

test('where the filter is not true a position is only reduced or closed', () => {
  const text = target(
    '{position: (close - 10) / 10}',
    'decisions: {filters: {when: day != 2 and day != 3 and day != 5}}',
  );
  // Closed: 0.2 stays 0.2 though 0.5 is wished; 0.1 is less; on the 5th -0.4 becomes 0.
  const wished = wishes(text, { closes: { A: [12, 15, 11, 14, 6, 6] } });
  assert.deepEqual(columns(wished), [[0.2, 0.2, 0.1, 0.4, 0, -0.4]]);
});

const fuzzy = `
indicators: {rsi_14: {type: rsi}}
fuzzy_sets: {zone: {indicator: rsi_14, low: [0, 0, 60], high: [40, 100, 100]}}
fuzzy_rules: [{if: zone is low, then: 1}, {if: zone is high, then: -1}]
decisions: {confidence_threshold: 0.5}
`;

test('a target sizes a signal, which counts as 0 below the threshold', () => {
  const wished = wishes(target('{position: signal / 2 + 0.1}', fuzzy), {
    closes: { A: flat(5) },
    signals: [[Number.NaN, 0.4, 0.5, -0.6, 0]],
  });
  assert.deepEqual(columns(wished), [[_, 0.1, 0.35, -0.2, 0.1]]);
});

const portfolio = (block: string, more = '') => `version: "4"\n${universe}\n${more}\nportfolio: ${block}\n`;

test('the best and the worst share the gross, everything else is wished 0', () => {
  const closes = { D: [1, 4, 9], B: [2, 3, _], A: [3, 2, 1], C: [4, 1, 9] };
  const long = wishes(portfolio('{rank: close, long_top: 0.5, rebalance: bar}'), { closes });
  // Two of four; on the last day three are ranked, so one; C comes before D.
  assert.deepEqual(columns(long), [
    [0, 0.5, 0],
    [0, 0.5, 0],
    [0.5, 0, 0],
    [0.5, 0, 1],
  ]);
  const both = wishes(portfolio('{rank: close, long_top: 0.5, short_bottom: 0.25, gross: 3, rebalance: bar}'), {
    closes,
  });
  assert.deepEqual(columns(both), [
    [-1.5, 0.75, 0],
    [0, 0.75, 0],
    [0.75, 0, -1.5],
    [0.75, -1.5, 1.5],
  ]);
  const short = wishes(portfolio('{rank: close, short_bottom: 0.01, rebalance: bar}'), { closes });
  assert.deepEqual(
    columns(short).map(([first]) => first),
    [-1, 0, 0, 0],
  );
});

test('ties are broken by the order of symbols, whatever the order of the columns', () => {
  const wished = wishes(portfolio('{rank: "1", long_top: 0.5, short_bottom: 0.5}'), {
    closes: { D: [1], A: [1], C: [1], B: [1] },
  });
  assert.deepEqual(columns(wished), [[-0.25], [0.25], [-0.25], [0.25]]);
});

test('two sides need two symbols, and a share is not lost to rounding', () => {
  const alone = { closes: { A: [1, 2], B: [_, 2] } };
  const wished = wishes(portfolio('{rank: close, long_top: 0.5, short_bottom: 0.5, rebalance: bar}'), alone);
  assert.deepEqual(columns(wished), [
    [_, 0.5],
    [_, -0.5],
  ]);
  assert.equal(wished.firstStep, 1);
  const ten = Object.fromEntries([...'ABCDEFGHIJ'].map((symbol, k) => [symbol, [k + 1]]));
  const symbols = `[${Object.keys(ten).join(', ')}]`;
  const text = `version: "4"\nuniverse: {symbols: ${symbols}}\nportfolio: {rank: close, long_top: ${0.1 + 0.2 - 0.0000000000001}}`;
  assert.equal(columns(wishes(text, { closes: ten })).filter(([weight]) => weight !== 0).length, 3);
});

test('weights by inverse volatility; who has none is not held', () => {
  // Log returns of A: ln 2, -ln 2, so a sample deviation of ln 2 x sqrt 2; of B: ln 4, -ln 4, twice as much.
  const closes = { A: [1, 2, 1], B: [1, 4, 1], C: [5, 5, 5], D: [_, 3, 4] };
  const wished = wishes(
    portfolio('{rank: "1", long_top: 1, weights: inverse_volatility, volatility_lookback: 2, rebalance: bar}'),
    { closes },
  );
  assert.deepEqual(columns(wished), [
    [_, _, 0.666666667],
    [_, _, 0.333333333],
    [_, _, 0],
    [_, _, 0],
  ]);
  assert.equal(wished.firstStep, 2);
});

test('a portfolio is formed at once, then at the first step of each month; who leaves is sold at once', () => {
  const days = 34;
  const rising = (from: number, per: number) => Array.from({ length: days }, (_, k) => from + per * k);
  const wished = wishes(portfolio('{rank: close, long_top: 0.5}'), {
    closes: { A: rising(1, 2), B: rising(30, 0), C: rising(10, 0), D: rising(20, 0) },
    membership: [
      { symbol: 'A', from: day(0), to: null },
      { symbol: 'B', from: day(0), to: day(2) },
      { symbol: 'C', from: day(0), to: null },
      { symbol: 'D', from: day(0), to: null },
    ],
  });
  const at = (step: number) => columns(wished).map((column) => column[step]);
  assert.deepEqual(at(0), [0, 0.5, 0, 0.5]);
  assert.deepEqual(at(1), [_, _, _, _]);
  assert.deepEqual(at(3), [_, 0, _, _]);
  assert.deepEqual(at(30), [_, 0, _, _]);
  assert.deepEqual(at(31), [1, 0, 0, 0]);
  assert.deepEqual(at(32), [_, 0, _, _]);
});

test('a portfolio ranks only where the filter is true', () => {
  const wished = wishes(portfolio('{rank: close, long_top: 0.4}', 'decisions: {filters: {when: close < 9}}'), {
    closes: { A: [10], B: [3], C: [8], D: [9] },
  });
  assert.deepEqual(columns(wished), [[0], [0], [1], [0]]);
});

const legs = 'legs: [{symbol: A, weight: 1}, {symbol: B, weight: "-A / B"}]';

test('a target on legs is a position of the unit as written', () => {
  const wished = wishes(target('{position: "lag(close, 1) / 10"}', legs), {
    closes: { A: [1, 2, 4, _, 6], B: [1, 4, 8, 8, _] },
  });
  // A decides: B is known by its last close.
  assert.deepEqual(columns(wished), [
    [_, 0.1, 0.2, _, 0.4],
    [_, -0.05, -0.1, _, -0.3],
  ]);
});

test('another market than a leg may decide', () => {
  const closes = { A: [2, 2, _, 2, 2], B: [4, 4, _, 4, 4], X: [_, 1, 7, _, 3] };
  const text = target('{position: close / 10}', `${legs}\ntraining_data: {symbols: {mode: single, symbol: X}}`);
  // On day 2 no leg has a bar; on day 3 what X said on day 2 is wished.
  assert.deepEqual(columns(wishes(text, { closes, deciding: 'X' })), [
    [_, 0.1, 0.7, 0.3],
    [_, -0.05, -0.35, -0.15],
  ]);
});

const pair = (more: string) => `version: "4"\n${more}\n${legs}\n`;
const entries = `rules:
  enter_long: close == 1
  exit_long: close == 2
  enter_short: close == 3
  exit_short: close == 4
`;

test('legs held by rules are wished where the side changes, at the shares of that bar', () => {
  const wished = wishes(pair(`${entries}execution: {sizing: {method: percent_of_equity, value: 0.9}}`), {
    closes: { A: [9, 1, 1, 3, 3, 4, 2, 1, 2], B: [9, 1, 0.5, 1, 5, 5, 5, 0.5, 5] },
  });
  // Weights 1 and -1 share the 0.9; turned at A = 3, B = 1, where they are 1 and -3; again long at 1 and -2.
  assert.deepEqual(columns(wished), [
    [_, 0.45, _, -0.225, _, 0, _, 0.3, 0],
    [_, -0.45, _, 0.675, _, 0, _, -0.6, 0],
  ]);
  assert.equal(wished.firstStep, 0);
});

test('rules that contradict themselves enter nothing; direction and filter stop entries only', () => {
  const rules = (decisions: string, exit = 'close == 2') => `version: "4"
legs: [{symbol: A, weight: 1}, {symbol: B, weight: 1}]
rules: {enter_long: close == 1 or close == 5, exit_long: ${exit}, enter_short: close == 3 or close == 5}
execution: {sizing: {method: percent_of_equity, value: 1}}
decisions: ${decisions}
`;
  const wished = (text: string, closes: number[]) => columns(wishes(text, { closes: { A: closes, B: closes } }))[0];
  assert.deepEqual(wished(rules('{}'), [5, 1, 5, 3, 2, 1]), [_, 0.5, _, -0.5, _, 0.5]);
  assert.deepEqual(wished(rules('{}', 'close <= 2'), [1, 1]), [_, _]);
  assert.deepEqual(wished(rules('{direction: long}'), [1, 3, 3, 2, 3]), [0.5, _, _, 0, _]);
  assert.deepEqual(wished(rules('{direction: short}'), [1, 3, 1, 1]), [_, -0.5, _, _]);
  assert.deepEqual(wished(rules('{filters: {when: day != 2}}'), [1, 2, 1, 2]), [0.5, 0, 0.5, 0]);
  assert.deepEqual(wished(rules('{filters: {when: day != 1}}'), [1, 1, 2, 1]), [_, 0.5, 0, 0.5]);
});

test('no side is entered while a leg is unknown', () => {
  const text = `version: "4"
legs: [{symbol: A, weight: 1}, {symbol: B, weight: "lag(B, 3)"}]
rules: {enter_long: close > 0, exit_long: close > 50, enter_short: close > 60}
execution: {sizing: {method: percent_of_equity, value: 1}}
`;
  const wished = wishes(text, { closes: { A: flat(5), B: flat(5, 3) } });
  assert.deepEqual(columns(wished)[0], [_, _, _, 0.25, _]);
});

test('legs follow a signal by its threshold, its direction and its awareness', () => {
  const followed = (decisions: string) => {
    const text = pair(fuzzy.replace('confidence_threshold: 0.5', `confidence_threshold: 0.5${decisions}`));
    const closes = { A: flat(8), B: flat(8) };
    const execution = '\nexecution: {sizing: {method: percent_of_equity, value: 1}}';
    return columns(
      wishes(text + execution, { closes, signals: [[Number.NaN, 0.5, 0.6, 0.4, 0.7, -0.8, Number.NaN, 0]] }),
    )[0];
  };
  assert.deepEqual(followed(''), [_, 0.5, _, 0, 0.5, -0.5, 0, _]);
  assert.deepEqual(followed(', position_awareness: false'), [_, 0.5, _, _, _, -0.5, _, _]);
  assert.deepEqual(followed(', direction: long'), [_, 0.5, _, 0, 0.5, 0, _, _]);
});

test('an entry while a leg is unknown is not made up for later', () => {
  const text = (weight: string, more = '') => `version: "4"
legs: [{symbol: A, weight: 1}, {symbol: B, weight: "${weight}"}]
rules: {enter_long: close == 6, exit_long: close == 2}
execution: {sizing: {method: percent_of_equity, value: 1}}
${more}`;
  const closes = { A: [6, 5, 5, 6], B: flat(4, 4) };
  assert.deepEqual(columns(wishes(text('lag(B, 2)'), { closes })), [
    [_, _, _, 0.2],
    [_, _, _, 0.8],
  ]);
  // X alone has bars on day 1, and enters; on day 2 the legs are unknown, on day 3 known again.
  const decided = text('where(close > 4, 1, log(0))', 'training_data: {symbols: {mode: single, symbol: X}}');
  const others = { A: [1, _, 1, 1], B: [1, _, 1, 1], X: [5, 6, 3, 5] };
  const wished = wishes(decided, { closes: others, deciding: 'X' });
  assert.deepEqual(columns(wished)[0], [_, _, 0.5]);
});

test('legs wait for the history that is required, too', () => {
  const history = 'training_data: {history_required: 2}';
  const closes = { A: [1, 2, 3, 4], B: [1, 2, 3, 4] };
  const wished = wishes(target('{position: close / 10}', `${legs}\n${history}`), { closes });
  assert.deepEqual(columns(wished)[0], [_, _, 0.3, 0.4]);
  assert.equal(wished.firstStep, 2);
  const held = wishes(`version: "4"\n${legs}\n${history}\nrules: {enter_long: close > 0}`, { closes });
  assert.deepEqual([columns(held)[0], held.firstStep], [[_, _, 0.475, _], 2]);
});

test('a target on legs decides at the first bar of a period, and only reduces where the filter is not true', () => {
  const more = `${legs}\ndecisions: {filters: {when: "day != 3"}}`;
  const closes = { A: [1, 2, 3, 4, 5, 6, 7], B: [1, 2, 3, 4, 5, 6, 7] };
  const weekly = wishes(target('{position: close / 10, rebalance: {every: week, band: 0.2}}', more), { closes });
  assert.deepEqual(columns(weekly)[0], [0.1, _, _, _, _, 0.6, _]);
  assert.equal(weekly.band, 0.2);
  const daily = wishes(target('{position: close / 10}', more), { closes });
  assert.deepEqual(columns(daily)[0], [0.1, 0.2, 0.2, 0.4, 0.5, 0.6, 0.7]);
});
