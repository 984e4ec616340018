import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, test } from 'node:test';
import { type Bars, barCount, mapColumns, type PriceField, priceSeries, sliceBars } from '@stratlab/data/bars.ts';
import { normal, seededRandom } from '@stratlab/data/random.ts';
import {
  type Indicator,
  indicator,
  type Parameter,
  type ParameterValues,
  runIndicator,
} from '@stratlab/strategies/indicator.ts';
import { findIndicator, indicators } from '@stratlab/strategies/indicators/index.ts';
import fc from 'fast-check';

const HOUR = 3_600_000;
/** Types whose warm-up the data decide; they declare the fewest rows possible. */
const dataDecide = new Set(['zigzag']);

/** Hourly bars of a random walk that goes on from `start`. */
function randomWalk(rows: number, seed: number, volatility = 0.015, start = 100, time = 0): Bars {
  const random = seededRandom(seed);
  const bars = mapColumns(() => new Float64Array(rows));
  let price = start;
  for (let row = 0; row < rows; row++) {
    const open = price * Math.exp(0.2 * volatility * normal(random));
    price = open * Math.exp(volatility * normal(random));
    bars.time[row] = time + row * HOUR;
    bars.open[row] = open;
    bars.close[row] = price;
    bars.high[row] = Math.max(open, price) * (1 + volatility * random());
    bars.low[row] = Math.min(open, price) * (1 - volatility * random());
    bars.volume[row] = Math.floor(1e5 * Math.exp(normal(random)));
  }
  return bars;
}

/** Small whole prices and volumes: ties, bars without range, bars without volume. */
const tickBars: fc.Arbitrary<Bars> = fc
  .array(
    fc.record({
      gap: fc.integer({ min: -2, max: 2 }),
      body: fc.integer({ min: -3, max: 3 }),
      above: fc.nat(2),
      below: fc.nat(2),
      volume: fc.nat(4),
    }),
    { maxLength: 60 },
  )
  .map((ticks) => {
    const bars = mapColumns(() => new Float64Array(ticks.length));
    let price = 100;
    ticks.forEach(({ gap, body, above, below, volume }, row) => {
      const open = Math.max(10, price + gap);
      price = Math.max(10, open + body);
      bars.time[row] = row * HOUR;
      bars.open[row] = open;
      bars.close[row] = price;
      bars.high[row] = Math.max(open, price) + above;
      bars.low[row] = Math.min(open, price) - below;
      bars.volume[row] = volume;
    });
    return bars;
  });

function defaultsOf({ parameters }: Indicator): ParameterValues {
  return Object.fromEntries(Object.entries(parameters).map(([name, declared]) => [name, declared.default]));
}

/** Every combination of its named variants, numbers as in `base`. */
function variantsOf({ parameters }: Indicator, base: ParameterValues): ParameterValues[] {
  let variants = [base];
  for (const [name, declared] of Object.entries(parameters)) {
    if (declared.kind !== 'choice') continue;
    variants = variants.flatMap((variant) => declared.options.map((option) => ({ ...variant, [name]: option })));
  }
  return variants;
}

/** Defaults with shorter periods, so that short series get past the warm-up. */
function brief(subject: Indicator): ParameterValues {
  const shorter = (declared: Parameter) =>
    declared.kind === 'integer' && declared.default > 4 ? Math.ceil(declared.default / 5) + 1 : declared.default;
  return Object.fromEntries(Object.entries(subject.parameters).map(([name, declared]) => [name, shorter(declared)]));
}

/** Values of a parameter other than its default. */
function others(declared: Parameter): (number | string)[] {
  if (declared.kind === 'choice') return declared.options.filter((option) => option !== declared.default);
  if (declared.kind === 'number') return [Math.min(declared.default * 1.5, declared.max)];
  return [declared.default < declared.max ? declared.default + 1 : declared.default - 1];
}

function run(
  subject: Indicator,
  bars: Bars,
  parameters: ParameterValues,
  inputs: Record<string, PriceField> = subject.inputs,
): Float64Array[] {
  const series = Object.fromEntries(Object.entries(inputs).map(([name, field]) => [name, priceSeries(bars, field)]));
  return runIndicator(subject, { bars, series }, parameters);
}

/** Where the outputs up to row `cut` change when the later bars are cut off or replaced; null where they do not. */
function leak(subject: Indicator, bars: Bars, parameters: ParameterValues, cut: number): string | null {
  const later = randomWalk(40, cut + 1, 0.045, bars.close[cut], bars.time[cut] + 7 * HOUR);
  const truncated = sliceBars(bars, 0, cut + 1);
  const replaced = mapColumns((column) => Float64Array.from([...truncated[column], ...later[column]]));
  const whole = run(subject, bars, parameters);
  for (const [how, other] of Object.entries({ truncated, replaced })) {
    const outputs = run(subject, other, parameters);
    for (const [k, output] of whole.entries()) {
      for (let row = 0; row <= cut; row++) {
        if (!Object.is(output[row], outputs[k][row])) {
          return `${subject.type} ${JSON.stringify(parameters)}, output ${k}, row ${row}: ${output[row]}, but ${outputs[k][row]} with the bars after ${cut} ${how}`;
        }
      }
    }
  }
  return null;
}

function assertCausal(subject: Indicator, bars: Bars, parameters: ParameterValues, cuts: number[]) {
  for (const cut of cuts) assert.equal(leak(subject, bars, parameters, cut), null);
}

function differ(a: Float64Array[], b: Float64Array[]): boolean {
  return a.some((output, k) => output.some((value, row) => !Object.is(value, b[k][row])));
}

function isPrice({ priceUnits, outputs }: Indicator, k: number): boolean {
  return typeof priceUnits === 'boolean' ? priceUnits : priceUnits.includes(outputs[k]);
}

const ordinary = randomWalk(330, 1);
const cuts = [0, 1, 5, 12, 19, 25, 33, 51, 60, 77, 100, 130, 170, 210, 250, 290];

test('the list holds every file of the folder, each named as its type', () => {
  const files = readdirSync(resolve(import.meta.dirname, '../../strategies/indicators')).filter(
    (file) => file !== 'index.ts',
  );
  assert.deepEqual(indicators.map(({ type }) => `${type.replaceAll('_', '-')}.ts`).sort(), files.sort());
});

test('types and aliases are lower case, unique and found whatever their case', () => {
  const names = indicators.flatMap(({ type, aliases = [] }) => [type, ...aliases]);
  assert.equal(new Set(names).size, names.length);
  for (const subject of indicators) {
    for (const name of [subject.type, ...(subject.aliases ?? [])]) {
      assert.equal(name, name.toLowerCase());
      assert.equal(findIndicator(name.toUpperCase()), subject);
    }
  }
  assert.equal(findIndicator('no_such_type'), undefined);
});

for (const subject of indicators) {
  describe(subject.type, () => {
    const defaults = defaultsOf(subject);
    const variants = variantsOf(subject, defaults);

    test('says what it is, how it is computed and where that comes from', () => {
      for (const text of [subject.title, subject.formula, subject.source]) assert.notEqual(text.trim(), '');
    });

    test('has defaults within what it allows', () => {
      for (const [name, declared] of Object.entries(subject.parameters)) {
        if (declared.kind === 'choice') assert.ok(declared.options.includes(declared.default), name);
        else assert.ok(declared.min <= declared.default && declared.default <= declared.max, name);
      }
    });

    test('is undefined for exactly its warm-up and defined from then on', () => {
      for (const parameters of variants) {
        const outputs = run(subject, ordinary, parameters);
        const warmup = subject.warmup(parameters);
        assert.equal(outputs.length, Math.max(1, subject.outputs.length));
        assert.equal(warmup.length, outputs.length);
        for (const [k, output] of outputs.entries()) {
          const first = output.findIndex((value) => !Number.isNaN(value));
          assert.equal(output.length, barCount(ordinary));
          if (dataDecide.has(subject.type)) assert.ok(first >= warmup[k]);
          else assert.equal(first, warmup[k], `output ${k} of ${JSON.stringify(parameters)}`);
          assert.ok(output.subarray(first).every(Number.isFinite), `output ${k} of ${JSON.stringify(parameters)}`);
        }
      }
    });

    test('is all undefined, and never fails, where its warm-up is longer than the bars', () => {
      for (const parameters of variants) {
        for (const rows of [0, 1, 2, 3, 7, 20]) {
          const outputs = run(subject, sliceBars(ordinary, 0, rows), parameters);
          for (const [k, output] of outputs.entries()) {
            assert.equal(output.length, rows);
            assert.ok(output.subarray(0, subject.warmup(parameters)[k]).every(Number.isNaN));
          }
        }
      }
    });

    test('sees no later bar', () => {
      for (const parameters of variants) assertCausal(subject, ordinary, parameters, cuts);
      assertCausal(subject, randomWalk(1100, 2), defaults, [511, 512, 530, 545, 1023, 1040]);
    });

    test('sees no later bar on any small bars', () => {
      fc.assert(
        fc.property(tickBars, fc.nat(), fc.nat(), (bars, cut, variant) => {
          fc.pre(barCount(bars) > 0);
          const choices = variantsOf(subject, brief(subject));
          assertCausal(subject, bars, choices[variant % choices.length], [cut % barCount(bars)]);
        }),
        { numRuns: 30, seed: 11 },
      );
    });

    test('is never infinite, whatever the bars and at the ends of its parameters', () => {
      const extremes = Object.entries(subject.parameters).flatMap(([name, declared]) =>
        declared.kind === 'choice' ? [] : [declared.min, declared.max].map((value) => ({ ...defaults, [name]: value })),
      );
      const flat = mapColumns((column) =>
        ordinary.time.map((time) => (column === 'time' ? time : column === 'volume' ? 0 : 1.1)),
      );
      const finite = (bars: Bars, parameters: ParameterValues) =>
        run(subject, bars, parameters).every((output) =>
          output.every((value) => Math.abs(value) !== Number.POSITIVE_INFINITY),
        );
      for (const parameters of [...variants, ...extremes]) {
        assert.ok(finite(flat, parameters) && finite(ordinary, parameters), JSON.stringify(parameters));
      }
      fc.assert(
        fc.property(tickBars, (bars) =>
          variantsOf(subject, brief(subject)).every((parameters) => finite(bars, parameters)),
        ),
        { numRuns: 30, seed: 12 },
      );
    });

    for (const [name, declared] of Object.entries(subject.parameters)) {
      test(`changes with ${name}`, () => {
        for (const value of others(declared)) {
          const matters = variants.some((variant) =>
            differ(run(subject, ordinary, variant), run(subject, ordinary, { ...variant, [name]: value })),
          );
          assert.ok(matters, `${name} = ${value}`);
        }
      });
    }

    for (const [name, field] of Object.entries(subject.inputs)) {
      test(`changes with its input ${name}`, () => {
        const other = { ...subject.inputs, [name]: field === 'open' ? 'close' : 'open' } as const;
        assert.ok(differ(run(subject, ordinary, defaults), run(subject, ordinary, defaults, other)));
      });
    }

    test('scales with the prices where it is in units of price, and only there', () => {
      const scale = 8;
      const scaled = mapColumns((column) =>
        column === 'time' || column === 'volume' ? ordinary[column] : ordinary[column].map((value) => scale * value),
      );
      for (const parameters of variants) {
        const before = run(subject, ordinary, parameters);
        for (const [k, output] of run(subject, scaled, parameters).entries()) {
          const factor = isPrice(subject, k) ? scale : 1;
          output.forEach((value, row) => {
            const expected = factor * before[k][row];
            const equal = Object.is(value, expected) || Math.abs(value - expected) <= 1e-9 * Math.abs(expected);
            assert.ok(equal, `output ${k}, row ${row}: ${value} instead of ${expected}`);
          });
        }
      }
    });

    test('gives the same bits again and leaves its bars alone', () => {
      const bars = mapColumns((column) => Float64Array.from(ordinary[column]));
      for (const parameters of variants) {
        assert.deepEqual(run(subject, bars, parameters), run(subject, bars, parameters));
        assert.deepEqual(bars, ordinary);
      }
    });
  });
}

test('the law of causality catches an indicator that peeks one bar ahead', () => {
  const peek = indicator({
    type: 'peek',
    title: 'Next close',
    category: 'price',
    parameters: {},
    inputs: { source: 'close' },
    outputs: [],
    formula: 'x one bar later',
    source: 'none',
    priceUnits: true,
    warmup: () => [0],
    compute: ({ series: { source } }) => [source.map((value, row) => source[row + 1] ?? value)],
  });
  assert.throws(() => assertCausal(peek, ordinary, {}, cuts), /peek .* with the bars after/);
});

test('the law of causality catches a warm-up that is filled from later bars', () => {
  const backfilled = indicator({
    type: 'backfilled',
    title: 'Moving average, its warm-up filled backwards',
    category: 'trend',
    parameters: {},
    inputs: { source: 'close' },
    outputs: [],
    formula: 'mean of 20, the first one repeated before it',
    source: 'none',
    priceUnits: true,
    warmup: () => [0],
    compute({ series: { source } }) {
      const means = source.map(
        (_, row) => source.subarray(Math.max(0, row - 19), row + 1).reduce((a, b) => a + b) / 20,
      );
      return [means.fill(means[Math.min(19, means.length - 1)], 0, 19)];
    },
  });
  assert.throws(() => assertCausal(backfilled, ordinary, {}, cuts), /backfilled/);
});
