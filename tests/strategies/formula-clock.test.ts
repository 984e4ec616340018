import assert from 'node:assert/strict';
import { test } from 'node:test';
import { context, evaluate, walk } from '../formula-world.ts';

/** Bars that start at these instants. */
function at(...instants: string[]) {
  return context({ ...walk(instants.length, 1), time: Float64Array.from(instants, (instant) => Date.parse(instant)) });
}

test('calendar words read the start of a bar in UTC', () => {
  const bars = at('2021-03-01T00:00Z', '2021-03-07T23:59Z', '2020-02-29T12:30Z', '1969-12-31T23:15Z');
  assert.deepEqual(evaluate('hour', bars), [0, 23, 12, 23]);
  assert.deepEqual(evaluate('minute', bars), [0, 59, 30, 15]);
  assert.deepEqual(evaluate('weekday', bars), [1, 7, 6, 3]);
  assert.deepEqual(evaluate('day', bars), [1, 7, 29, 31]);
  assert.deepEqual(evaluate('month', bars), [3, 3, 2, 12]);
  assert.deepEqual(evaluate('bar_index', bars), [0, 1, 2, 3]);
});

test('in another zone they follow its wall clock through the change to summer time', () => {
  const bars = at('2021-03-14T06:30Z', '2021-03-14T07:00Z', '2021-07-01T03:00Z', '2021-12-01T03:00Z');
  assert.deepEqual(evaluate('hour("America/New_York")', bars), [1, 3, 23, 22]);
  assert.deepEqual(evaluate('day("America/New_York")', bars), [14, 14, 30, 30]);
  assert.deepEqual(evaluate('weekday("America/New_York")', bars), [7, 7, 3, 2]);
  assert.deepEqual(evaluate('minute("Asia/Kolkata")', bars), [0, 30, 30, 30]);
  assert.deepEqual(evaluate('hour("UTC")', bars), evaluate('hour', bars));
});

test('they agree with the time zone database on every hour of two years', () => {
  const start = Date.UTC(2020, 0, 1);
  const time = Float64Array.from({ length: 17_544 }, (_, i) => start + i * 3_600_000);
  const bars = context({ ...walk(time.length, 1), time });
  for (const zone of ['America/New_York', 'Europe/London', 'Australia/Lord_Howe', 'Asia/Kathmandu']) {
    const format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: 'numeric', hourCycle: 'h23' });
    const wanted = [...time].map((instant) => Number(format.format(instant)));
    assert.deepEqual(evaluate(`hour("${zone}")`, bars), wanted, zone);
  }
});

test('a session holds the bars that start in it, its end excluded, in summer and winter', () => {
  const bars = at(
    '2021-01-04T14:29Z',
    '2021-01-04T14:30Z',
    '2021-01-04T20:59Z',
    '2021-01-04T21:00Z',
    '2021-07-01T13:30Z',
    '2021-07-01T20:00Z',
  );
  assert.deepEqual(evaluate('session("09:30-16:00", "America/New_York")', bars), [0, 1, 1, 0, 1, 0]);
});

test('a session may pass midnight, and may end with the day', () => {
  const bars = at('2021-01-04T21:59Z', '2021-01-04T22:00Z', '2021-01-05T01:59Z', '2021-01-05T02:00Z');
  assert.deepEqual(evaluate('session("22:00-02:00")', bars), [0, 1, 1, 0]);
  assert.deepEqual(evaluate('session("22:00-24:00")', bars), [0, 1, 0, 0]);
});

test('bars are numbered within the session that the calendar gives, else within the day', () => {
  const bars = at(
    '2021-01-04T21:00Z',
    '2021-01-04T22:00Z',
    '2021-01-04T23:00Z',
    '2021-01-05T00:00Z',
    '2021-01-05T05:00Z',
  );
  assert.deepEqual(evaluate('bar_of_session', bars), [0, 1, 2, 0, 1]);
  assert.deepEqual(evaluate('bar_of_session("America/New_York")', bars), [0, 1, 2, 3, 0]);
  const fromTen = { ...bars, sessionOf: (instant: number) => Math.floor((instant + 7_200_000) / 86_400_000) };
  assert.deepEqual(evaluate('bar_of_session', fromTen), [0, 0, 1, 2, 3]);
});
