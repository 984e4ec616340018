import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { type Bars, sliceBars } from '@stratlab/data/bars.ts';
import { normal, seededRandom } from '@stratlab/data/random.ts';
import { classes, type LabelValues } from '@stratlab/strategies/label.ts';
import { findLabel, labels, parseLabel } from '@stratlab/strategies/labels/index.ts';
import fc from 'fast-check';

const folder = new URL('../../strategies/labels/', import.meta.url);

/** Two settings of each parameter that must not give the same labels; several variants of a method where it has kinds. */
const variants: Record<string, Record<string, number>[]> = {
  next_direction: [{}],
  forward_return: [{ horizon: 5 }, { horizon: 5, threshold: 0.01 }],
  triple_barrier: [{ profit_target_atr: 2, stop_loss_atr: 1.5, max_holding_bars: 12, atr_period: 5 }],
  zigzag: [{ zigzag_threshold: 0.03, label_lookahead: 4 }],
};

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
        if (kind === 'classification' && !Number.isNaN(value)) assert.ok(classes[value] !== undefined);
      });
    });

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
        const changed = label.choose({ ...parameters, [name]: Number.isInteger(value) ? value + 3 : value * 1.7 });
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

/** A random walk of hourly bars with 1.5 % moves. */
function walk(seed: number, rows: number): Bars {
  const random = seededRandom(seed);
  const column = () => new Float64Array(rows);
  const bars = { time: column(), open: column(), high: column(), low: column(), close: column(), volume: column() };
  let close = 100;
  for (let t = 0; t < rows; t++) {
    const open = close;
    close *= Math.exp(0.015 * normal(random));
    bars.time[t] = t * 3_600_000;
    bars.open[t] = open;
    bars.close[t] = close;
    bars.high[t] = Math.max(open, close) * (1 + 0.005 * random());
    bars.low[t] = Math.min(open, close) * (1 - 0.005 * random());
    bars.volume[t] = 1 + random();
  }
  return bars;
}
