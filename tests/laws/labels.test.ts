import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { type Bars, sliceBars } from '@stratlab/data/bars.ts';
import { normal, seededRandom } from '@stratlab/data/random.ts';
import { type LabelValues, parameterNames } from '@stratlab/strategies/label.ts';
import { labelKind } from '@stratlab/strategies/label-kind.ts';
import { findLabel, labels, parseLabel } from '@stratlab/strategies/labels/index.ts';
import fc from 'fast-check';

const folder = new URL('../../strategies/labels/', import.meta.url);

/** Settings of each method, in several variants where it has kinds; every one of its keys stands in one of them. */
const variants: Record<string, Record<string, number | string>[]> = {
  next_direction: [{}],
  forward_return: [{ horizon: 5 }, { horizon: 5, threshold: 0.01 }],
  triple_barrier: [
    {
      scale: 'atr',
      profit_target_atr: 2,
      stop_loss_atr: 1.5,
      max_holding_bars: 12,
      atr_period: 5,
      mode: 'highlow',
    },
    {
      scale: 'volatility',
      profit_target: 2,
      stop_loss: 1.5,
      max_holding_bars: 12,
      volatility_span: 20,
      mode: 'close',
    },
  ],
  zigzag: [{ zigzag_threshold: 0.03, label_lookahead: 4 }],
  regime: [{ horizon: 6, trending_threshold: 0.4, vol_crisis_threshold: 1.2, vol_lookback: 20 }],
  context: [{ horizon: 10, bullish_threshold: 0.02, bearish_threshold: -0.01 }],
};

/** Another value of each key that is a word; `scale` chooses among the keys and has a variant of its own. */
const otherWord: Record<string, string> = { highlow: 'close', close: 'highlow' };

test('the list of labels is the folder of labels', () => {
  const files = readdirSync(folder).filter((file) => file !== 'index.ts');
  assert.deepEqual(labels.map(({ source }) => `${source}.ts`).toSorted(), files.toSorted());
  assert.deepEqual(Object.keys(variants).toSorted(), labels.map(({ source }) => source).toSorted());
});

for (const label of labels) {
  const { source } = label;

  test(`${source} states its title, formula and source, and has a default for every parameter it needs`, () => {
    for (const text of [label.title, label.formula, label.citation]) assert.ok(text.length > 5);
    assert.equal(findLabel(source.toUpperCase()), label);
    label.choose({});
  });

  test(`${source} has a variant here for every key`, () => {
    const tried = new Set(variants[source].flatMap((parameters) => Object.keys(parameters)));
    assert.deepEqual([...tried].toSorted(), parameterNames(label).toSorted());
  });

  for (const parameters of variants[source]) {
    const chosen = label.choose(parameters);
    const named = `${source} ${JSON.stringify(parameters)}`;

    test(`${named} has one value and one end per bar, unknown together`, () => {
      const bars = walk(1, 300);
      const { kind, values, ends } = chosen.compute(bars);
      assert.equal(values.length, 300);
      assert.equal(ends.length, 300);
      values.forEach((value, t) => {
        if (Number.isNaN(value)) assert.equal(ends[t], -1);
        else assert.ok(ends[t] >= t && ends[t] < 300);
        if (chosen.classes !== null && !Number.isNaN(value)) assert.ok(chosen.classes[value] !== undefined);
      });
      assert.equal(kind, labelKind(chosen));
    });

    if (chosen.classes !== null) {
      const names = chosen.classes;
      test(`${named} gives each of its classes, whose names differ, somewhere`, () => {
        const { values } = chosen.compute(choppy(7, 4000));
        const found = new Set(values.filter((value) => !Number.isNaN(value)));
        assert.equal(new Set(names).size, names.length);
        assert.deepEqual(
          [...found].toSorted((a, b) => a - b),
          [...names.keys()],
        );
      });
    }

    test(`${named} looks ahead by no more than it declares`, () => {
      const { ends } = chosen.compute(walk(2, 400));
      const horizon = chosen.horizon ?? Number.POSITIVE_INFINITY;
      assert.ok(ends.every((end, t) => end - t <= horizon));
    });

    test(`${named} at a bar is the same however the bars after its end are cut or replaced`, () => {
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 0, max: 119 }), (seed, t) => {
          const bars = walk(seed, 120);
          const whole = chosen.compute(bars);
          if (whole.ends[t] === -1) return;
          const end = whole.ends[t] + 1;
          assertSame(chosen.compute(sliceBars(bars, 0, end)), whole, t);
          assertSame(chosen.compute(spliced(bars, end, walk(seed + 1, 120))), whole, t);
        }),
        { numRuns: 150, seed: 5 },
      );
    });

    test(`${named} knows every label whose full horizon has passed`, () => {
      const { values } = chosen.compute(walk(3, 300));
      const warmup = values.findIndex((value) => !Number.isNaN(value));
      assert.ok(warmup <= 30);
      for (let t = warmup; t + (chosen.horizon ?? 0) < 300; t++) assert.ok(!Number.isNaN(values[t]), `unknown at ${t}`);
    });

    test(`every parameter of ${named} has an effect, and the same parameters give the same labels`, () => {
      const bars = walk(4, 600);
      assert.deepEqual(chosen.compute(bars), label.choose(parameters).compute(bars));
      for (const [name, value] of Object.entries(parameters)) {
        if (name === 'scale') continue;
        const changed = label.choose({ ...parameters, [name]: another(value) });
        assert.notDeepEqual(changed.compute(bars).values, chosen.compute(bars).values, `${name} does nothing`);
      }
    });

    test(`${named} copes with no bars and with one`, () => {
      assert.equal(chosen.compute(walk(1, 0)).values.length, 0);
      assert.deepEqual([...chosen.compute(walk(1, 1)).ends], [-1]);
    });

    test(`${named} is read from a document with its defaults filled in`, () => {
      const parsed = parseLabel({ source, ...parameters }, 'training.labels');
      assert.ok(!('problems' in parsed));
      for (const [name, value] of Object.entries(parameters)) assert.equal(parsed.parameters[name], value);
    });
  }
}

function another(value: number | string): number | string {
  if (typeof value === 'string') return otherWord[value];
  return Number.isInteger(value) ? value + 3 : value * 1.7;
}

function assertSame(actual: LabelValues, expected: LabelValues, t: number): void {
  assert.equal(actual.values[t], expected.values[t]);
  assert.equal(actual.ends[t], expected.ends[t]);
}

function spliced(bars: Bars, from: number, other: Bars): Bars {
  const column = (name: keyof Bars) => bars[name].map((value, i) => (i < from ? value : other[name][i]));
  return {
    time: bars.time,
    open: column('open'),
    high: column('high'),
    low: column('low'),
    close: column('close'),
    volume: column('volume'),
  };
}

/** A walk that stands still at every tenth bar, and whose moves are now and then ten times as wide. */
function choppy(seed: number, rows: number): Bars {
  return walk(seed, rows, (t) => (t % 10 === 0 ? 0 : t % 500 < 20 ? 10 : 1));
}

/** A random walk of hourly bars with 1.5 % moves, times `width` of the bar. */
function walk(seed: number, rows: number, width: (t: number) => number = () => 1): Bars {
  const random = seededRandom(seed);
  const column = () => new Float64Array(rows);
  const bars = { time: column(), open: column(), high: column(), low: column(), close: column(), volume: column() };
  let close = 100;
  for (let t = 0; t < rows; t++) {
    const open = close;
    close *= Math.exp(0.015 * width(t) * normal(random));
    bars.time[t] = t * 3_600_000;
    bars.open[t] = open;
    bars.close[t] = close;
    bars.high[t] = Math.max(open, close) * (1 + 0.005 * random());
    bars.low[t] = Math.min(open, close) * (1 - 0.005 * random());
    bars.volume[t] = 1 + random();
  }
  return bars;
}
