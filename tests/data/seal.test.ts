import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mapColumns } from '@stratlab/data/bars.ts';
import { nextSeal, parseSealChoice, type Seal, type SealChoice, type Span, visibleRows } from '@stratlab/data/seal.ts';
import { type Timeframe, timeframeMs, timeframes } from '@stratlab/data/timeframe.ts';
import fc from 'fast-check';

const day = 86_400_000;
const date = (text: string) => Date.parse(`${text}T00:00:00Z`);
const span = (start: string, end: string, synthetic = false): Span => ({
  start: date(start),
  end: date(end),
  synthetic,
});
const byDefault: SealChoice = { kind: 'default' };
const seal = (existing: Seal | null, choice: SealChoice, ...spans: Span[]) =>
  nextSeal('SPX', existing, choice, spans, 1);

test('by default the last fifth of the longest series is sealed, from the start of a day', () => {
  const { sealed_from, chosen } = seal(
    null,
    byDefault,
    span('2000-01-01', '2020-01-01'),
    span('2019-01-01', '2020-06-01'),
  );
  assert.equal(sealed_from, date('2016-01-01'));
  assert.equal(chosen, 'default');
});

test('where there are more than three years, at least one is sealed', () => {
  assert.equal(seal(null, byDefault, span('2016-01-01', '2020-01-01')).sealed_from, date('2018-12-31'));
  const { sealed_from } = seal(null, byDefault, span('2018-01-01', '2020-10-01'));
  assert.ok(sealed_from !== null && sealed_from > date('2020-03-01'));
});

test('a seal set by default moves earlier when a longer series comes in, and never later', () => {
  const first = seal(null, byDefault, span('2013-10-04', '2013-10-12'));
  const long = seal(first, byDefault, span('1998-01-01', '2012-01-01'), span('2013-10-04', '2013-10-12'));
  assert.ok(long.sealed_from !== null && long.sealed_from < date('2010-01-01'));
  const later = seal(long, byDefault, span('1998-01-01', '2026-01-01'));
  assert.equal(later, long);
  assert.deepEqual(
    long.history.map(({ reason }) => reason),
    ['set by default at import', 'moved earlier by default: a longer series came in'],
  );
});

test('a default seal moves only earlier, whatever series come in', () => {
  const anySpan = fc
    .record({
      start: fc.integer({ min: 0, max: 20_000 }),
      days: fc.integer({ min: 1, max: 9000 }),
      synthetic: fc.boolean(),
    })
    .map(({ start, days, synthetic }): Span => ({ start: start * day, end: (start + days) * day, synthetic }));
  fc.assert(
    fc.property(fc.array(anySpan, { minLength: 1, maxLength: 8 }), (spans) => {
      let existing: Seal | null = null;
      for (let i = 1; i <= spans.length; i++) {
        const next: Seal = seal(existing, byDefault, ...spans.slice(0, i));
        const before = existing?.sealed_from ?? Number.POSITIVE_INFINITY;
        const after = next.sealed_from;
        assert.ok((after ?? Number.POSITIVE_INFINITY) <= before);
        assert.equal(next.history.at(-1)?.sealed_from, after);
        existing = next;
      }
    }),
  );
});

test('synthetic series are not sealed by default, and do not decide the seal of real ones', () => {
  const synthetic = seal(null, byDefault, span('2000-01-01', '2020-01-01', true));
  assert.equal(synthetic.sealed_from, null);
  const mixed = seal(synthetic, byDefault, span('2000-01-01', '2020-01-01', true), span('2010-01-01', '2020-01-01'));
  assert.equal(mixed.sealed_from, date('2017-12-31'));
});

test('the choice of a person stays when other series come in, until a person chooses again', () => {
  const long = span('1990-01-01', '2020-01-01');
  for (const choice of [parseSealChoice('none'), parseSealChoice('2018-01-01'), parseSealChoice('0.5')]) {
    const chosen = seal(null, choice, span('2010-01-01', '2020-01-01'));
    assert.equal(seal(chosen, byDefault, long), chosen);
  }
  const none = seal(seal(null, byDefault, long), { kind: 'none' }, long);
  assert.equal(none.sealed_from, null);
  const dated = seal(none, parseSealChoice('2019-06-01'), long);
  assert.equal(dated.sealed_from, date('2019-06-01'));
  assert.deepEqual(
    dated.history.map(({ chosen }) => chosen),
    ['default', 'none', 'date'],
  );
  assert.equal(seal(dated, parseSealChoice('2019-06-01'), long), dated);
});

test('a fraction is of the longest series', () => {
  const half = seal(null, parseSealChoice('0.5'), span('2010-01-01', '2020-01-01'), span('2000-01-01', '2020-01-01'));
  assert.equal(half.sealed_from, date('2009-12-31'));
});

test('a seal is written none, as a date, or as a fraction, and as nothing else', () => {
  assert.deepEqual(parseSealChoice('none'), { kind: 'none' });
  assert.deepEqual(parseSealChoice('2018-01-01'), { kind: 'date', date: date('2018-01-01') });
  assert.deepEqual(parseSealChoice('.25'), { kind: 'fraction', fraction: 0.25 });
  for (const text of ['', '0', '1', '1.5', '-0.2', '20%', 'None', '2018-02-30', '0.0', '2018', 'NaN', '0x1']) {
    assert.throws(() => parseSealChoice(text), { code: 'invalid_input' }, text);
  }
});

test('a bar may be seen only if it ends by the seal, at every timeframe', () => {
  const anyTimeframe = fc.constantFrom<Timeframe>(...timeframes);
  fc.assert(
    fc.property(
      anyTimeframe,
      fc.integer({ min: 0, max: 50 }),
      fc.integer({ min: -10, max: 600 }),
      (timeframe, rows, tenths) => {
        const length = timeframeMs(timeframe);
        const bars = mapColumns(() => Float64Array.from({ length: rows }, (_, i) => i * length));
        const sealedFrom = (tenths * length) / 10;
        const expected = bars.time.filter((start) => start + length <= sealedFrom).length;
        assert.equal(visibleRows(bars, timeframe, sealedFrom), expected);
        assert.equal(visibleRows(bars, timeframe, null), rows);
      },
    ),
  );
});
