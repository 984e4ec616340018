import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bars, barCount, mapColumns, sliceBars } from '@stratlab/data/bars.ts';
import {
  canonicalFormula,
  checkFormula,
  clockWords,
  compileState,
  evaluateFormula,
  type FormulaContext,
  type FormulaFunction,
  type FormulaScope,
  formulaFunctions,
  readFormula,
} from '@stratlab/strategies/formula.ts';
import { indicators } from '@stratlab/strategies/indicators/index.ts';
import type { PositionState } from '@stratlab/strategies/position-state.ts';
import fc from 'fast-check';
import { coarser, context, walk } from '../formula-world.ts';

const unknown = Number.NaN;
type Oracle = (row: number, inputs: readonly (readonly number[])[], n: number, bars: Bars) => number;

/** The last n values up to the row; null where one is unknown or before the first. */
function last(values: readonly number[], row: number, n: number): number[] | null {
  const window = row >= n - 1 ? values.slice(row - n + 1, row + 1) : [unknown];
  return window.some(Number.isNaN) ? null : window;
}

function over(f: (window: number[]) => number): Oracle {
  return (row, [x], n) => {
    const window = last(x, row, n);
    return window === null ? unknown : f(window);
  };
}

function over2(f: (x: number[], y: number[]) => number): Oracle {
  return (row, [x, y], n) => {
    const [first, second] = [last(x, row, n), last(y, row, n)];
    return first === null || second === null ? unknown : f(first, second);
  };
}

const byRow =
  (f: (...values: number[]) => number): Oracle =>
  (row, inputs) => {
    const value = f(...inputs.map((input) => input[row]));
    return Number.isFinite(value) ? value : unknown;
  };

const total = (values: number[]) => values.reduce((sum, value) => sum + value, 0);
const average = (values: number[]) => total(values) / values.length;
const cross = (x: number[], y: number[]) => total(x.map((value, i) => (value - average(x)) * (y[i] - average(y))));
const deviation = (values: number[]) => Math.sqrt(cross(values, values) / (values.length - 1));
const constant = (values: number[]) => values.every((value) => value === values[0]);

function crossing(row: number, a: readonly number[], b: readonly number[]): number {
  if (a[row] <= b[row]) return 0;
  const before = row > 0 ? [a[row - 1], b[row - 1]] : [unknown, unknown];
  if (before[0] > before[1]) return 0;
  return [...before, a[row], b[row]].some(Number.isNaN) ? unknown : 1;
}

const oracles: Record<string, Oracle> = {
  lag: (row, [x], n) => x[row - n] ?? unknown,
  diff: (row, [x], n) => x[row] - (x[row - n] ?? unknown),
  crosses_above: (row, [a, b]) => crossing(row, a, b),
  crosses_below: (row, [a, b]) => crossing(row, b, a),
  highest: over((window) => Math.max(...window)),
  lowest: over((window) => Math.min(...window)),
  sum: over(total),
  mean: over(average),
  std: over(deviation),
  zscore: over((window) =>
    constant(window) ? unknown : ((window.at(-1) ?? unknown) - average(window)) / deviation(window),
  ),
  rank: over((window) => window.filter((value) => value <= (window.at(-1) ?? unknown)).length / window.length),
  correlation: over2((x, y) =>
    constant(x) || constant(y) ? unknown : cross(x, y) / Math.sqrt(cross(x, x) * cross(y, y)),
  ),
  beta: over2((a, b) => (constant(b) ? unknown : cross(a, b) / cross(b, b))),
  slope: over((window) => {
    const steps = window.map((_, i) => i);
    return cross(window, steps) / cross(steps, steps);
  }),
  count: over(total),
  since: (row, [c]) => {
    for (let k = row; k >= 0 && !Number.isNaN(c[k]); k--) if (c[k] === 1) return row - k;
    return unknown;
  },
  volatility: (row, _, n, { close }) => {
    const returns = [...close].map((price, i) => Math.log(price / (close[i - 1] ?? unknown)));
    const window = last(returns, row, n);
    return window === null ? unknown : deviation(window) * Math.sqrt(6000);
  },
  abs: byRow((x) => (x < 0 ? -x : x)),
  log: byRow((x) => (x > 0 ? Math.log(x) : unknown)),
  exp: byRow((x) => Math.exp(x)),
  sqrt: byRow((x) => x ** 0.5),
  sign: byRow((x) => (x > 0 ? 1 : x < 0 ? -1 : x)),
  min: byRow((a, b) => (a <= b ? a : b <= a ? b : unknown)),
  max: byRow((a, b) => (a >= b ? a : b >= a ? b : unknown)),
  clip: byRow((x, low, high) => ([x, low, high].some(Number.isNaN) ? unknown : Math.min(high, Math.max(low, x)))),
  where: byRow((c, a, b) => (c === 1 ? a : c === 0 ? b : unknown)),
};

const series = (values: fc.Arbitrary<number>) => fc.array(values, { minLength: 40, maxLength: 40 });
const numbers = series(
  fc.oneof(
    {
      arbitrary: fc.double({ min: -10, max: 10, noNaN: true }).map((value) => Math.round(value * 64) / 64),
      weight: 30,
    },
    { arbitrary: fc.constantFrom(0, 1, 2), weight: 6 },
    { arbitrary: fc.constant(unknown), weight: 2 },
    { arbitrary: fc.constantFrom(1e12, -1e12), weight: 1 },
  ),
);
const conditions = series(fc.constantFrom(0, 1, 1, 0, 0, 1, 0, unknown));

function isNear(actual: number, wanted: number, scale: number): boolean {
  return Object.is(actual, wanted) || Math.abs(actual - wanted) <= 1e-9 * Math.max(1, scale, Math.abs(wanted));
}

/** Magnitudes that rounding of the oracle itself scales with. */
function scaleOf(inputs: readonly (readonly number[])[], row: number, n: number): number {
  const seen = inputs
    .flatMap((input) => input.slice(Math.max(0, row - n + 1), row + 1))
    .filter((v) => !Number.isNaN(v));
  return Math.max(0, ...seen.map(Math.abs)) * 1e-3;
}

test('every function has an oracle, and every oracle a function', () => {
  assert.deepEqual(Object.keys(oracles).sort(), formulaFunctions.map(({ name }) => name).sort());
});

for (const definition of formulaFunctions) {
  test(`${definition.name}: ${definition.meaning}`, () => {
    const least = Math.max(
      0,
      ...definition.arguments.map((argument) => (argument.kind === 'window' ? argument.min : 0)),
    );
    const kinds = definition.arguments.filter((argument) => argument.kind !== 'window').map(({ kind }) => kind);
    const inputs = fc.tuple(...kinds.map((kind) => (kind === 'boolean' ? conditions : numbers)));
    fc.assert(
      fc.property(inputs, fc.integer({ min: least, max: 14 }), fc.integer({ min: 0, max: 1000 }), (given, n, seed) => {
        const bars = walk(40, seed);
        const actual = evaluateFormula(readFormula(spelling(definition, kinds, n)), columnsOf(given, bars));
        for (let row = 0; row < 40; row++) {
          const wanted = oracles[definition.name](row, given, n, bars);
          const near = isNear(actual[row], wanted, scaleOf(given, row, n));
          assert.ok(near, `row ${row}: ${actual[row]} is not ${wanted}`);
        }
      }),
      { numRuns: 150 },
    );
  });
}

function spelling({ name, arguments: taken }: FormulaFunction, kinds: readonly string[], n: number): string {
  const inputs = kinds.map((kind, k) => (kind === 'boolean' ? `x.${'abc'[k]} == 1` : `x.${'abc'[k]}`));
  return `${name}(${[...inputs, ...(taken.length > kinds.length ? [n] : [])].join(', ')})`;
}

function columnsOf(given: readonly (readonly number[])[], bars: Bars): FormulaContext {
  const named = new Map(given.map((values, k) => [`x.${'abc'[k]}`, Float64Array.from(values)]));
  return context(bars, { columns: (name) => named.get(name) });
}

// Random formulas

const scope: FormulaScope = {
  columns: ['trend', 'bands.upper'],
  parameters: { fast: 3, share: 0.4 },
  signal: true,
  timeframes: ['1h', '4h'],
  symbols: ['OTHER'],
};

const { number, condition } = fc.letrec<{ number: string; condition: string }>((tie) => {
  const leaf = fc.constantFrom(
    ...[
      'open',
      'high',
      'low',
      'close',
      'volume',
      'hlc3',
      'signal',
      'trend',
      'bands.upper',
      '$share',
      '0',
      '1.5',
      '-2',
      '50',
    ],
    ...clockWords.map(({ name }) => name),
    ...['hour("America/New_York")', 'weekday("Asia/Tokyo")', 'series("OTHER").close'],
  );
  const argument = (kind: string, least: number): fc.Arbitrary<string> => {
    if (kind === 'window')
      return fc.oneof(
        fc.constant(String(least)),
        fc.integer({ min: least, max: 12 }).map(String),
        fc.constant('$fast'),
      );
    return kind === 'boolean' ? tie('condition') : tie('number');
  };
  const calls = (wanted: 'number' | 'boolean') =>
    formulaFunctions
      .filter(({ returns }) => returns === wanted || (returns === 'same' && wanted === 'number'))
      .map((definition) =>
        fc
          .tuple(...definition.arguments.map((taken) => argument(taken.kind, taken.kind === 'window' ? taken.min : 0)))
          .map((given) => `${definition.name}(${given.join(', ')})`),
      );
  const indicatorCalls = indicators.map((indicator) => {
    const outputs = indicator.outputs.length === 0 ? [''] : indicator.outputs.map((output) => `.${output}`);
    const name = formulaFunctions.some((definition) => definition.name === indicator.type) ? 'sma' : indicator.type;
    const source = Object.keys(indicator.inputs).length === 1 ? tie('number') : fc.constant('');
    const output = name === 'sma' ? fc.constant('') : fc.constantFrom(...outputs);
    const first = Object.values(indicator.parameters)[0];
    const windows = first?.kind === 'integer' ? fc.integer({ min: Math.max(2, first.min), max: 9 }) : fc.constant(null);
    return fc.tuple(source, windows, output).map(([series, window, chosen]) => {
      const given = [isConstant(series) ? '' : series, window ?? ''].filter((part) => part !== '');
      return `${name}(${given.join(', ')})${chosen}`;
    });
  });
  const binary = (operators: string[], side: fc.Arbitrary<string>) =>
    fc.tuple(side, fc.constantFrom(...operators), side).map(([a, operator, b]) => `(${a} ${operator} ${b})`);
  return {
    number: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      binary(['+', '-', '*', '/', '%'], tie('number')),
      tie('number').map((x) => `-(${x})`),
      tie('number').map((x) =>
        x.includes('tf(') || x.includes('series(') || x.includes('signal') ? x : `tf("4h", ${x})`,
      ),
      fc.tuple(tie('condition'), tie('number'), tie('number')).map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
      fc.oneof(...calls('number')),
      fc.oneof(...indicatorCalls),
    ),
    condition: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom('session("09:30-16:00", "America/New_York")', '(close > open)', 'session("22:00-02:00")'),
      binary(['<', '<=', '>', '>=', '==', '!='], tie('number')),
      binary(['and', 'or', '==', '!='], tie('condition')),
      tie('condition').map((c) => `(not ${c})`),
      fc.oneof(...calls('boolean')),
    ),
  };
});

function isConstant(text: string): boolean {
  return text !== '' && ['number', 'parameter'].includes(readFormula(text).root.kind);
}

/** Everything in it is computed from the bars given, so that a cut reaches all of it. */
function worldOf(bars: Bars): FormulaContext {
  const columns = (of: Bars) => (name: string) =>
    ({ trend: of.close.map((close, i) => close - of.open[i]), 'bands.upper': of.high })[name];
  const slow = coarser(bars, 4);
  return context(bars, {
    columns: columns(bars),
    parameters: { fast: 3, share: 0.4 },
    signal: bars.close.map((close, i) => (close > bars.open[i] ? 1 : -1)),
    timeframeBars: () => ({ ...slow, barsPerYear: 1500, columns: columns(slow.bars) }),
    symbolBars: () => ({
      bars: mapColumns((name) => bars[name].map((value) => value + 1)),
      rows: slow.rows.map((_, i) => i - 1),
    }),
  });
}

function replacedAfter(bars: Bars, cut: number): Bars {
  const other = walk(barCount(bars), 99, 0.03);
  return mapColumns((name) =>
    bars[name].map((value, i) =>
      i <= cut ? value : name === 'time' ? bars.time[cut] + (i - cut) * 7_000_000 : other[name][i],
    ),
  );
}

const rows = 96;
const cuts = [0, 5, 12, 19, 25, 33, 61];

test('no formula sees a later bar: cutting or replacing what follows changes nothing', () => {
  fc.assert(
    fc.property(fc.oneof(number, condition), fc.integer({ min: 1, max: 500 }), (text, seed) => {
      const formula = readFormula(text);
      assert.deepEqual(checkFormula(formula, scope).problems, [], text);
      const bars = walk(rows, seed);
      const whole = evaluateFormula(formula, worldOf(bars));
      assert.equal(whole.length, rows);
      assert.ok(whole.every((value) => Math.abs(value) !== Number.POSITIVE_INFINITY));
      for (const cut of cuts) {
        for (const changed of [sliceBars(bars, 0, cut + 1), replacedAfter(bars, cut)]) {
          const seen = evaluateFormula(formula, worldOf(changed));
          assert.deepEqual(seen.slice(0, cut + 1), whole.slice(0, cut + 1), `${text} at ${cut}`);
        }
      }
    }),
    { numRuns: 400 },
  );
});

test('conditions are true, false or unknown, and their normal form means the same', () => {
  fc.assert(
    fc.property(condition, (text) => {
      const formula = readFormula(text);
      const values = evaluateFormula(formula, worldOf(walk(rows, 5)));
      assert.ok(values.every((value) => value === 0 || value === 1 || Number.isNaN(value)));
      const normal = readFormula(canonicalFormula(formula));
      assert.equal(canonicalFormula(normal), canonicalFormula(formula));
      assert.deepEqual(evaluateFormula(normal, worldOf(walk(rows, 5))), values);
    }),
    { numRuns: 200 },
  );
});

test('bar by bar with a position gives what the same formula gives with its state as columns', () => {
  const states = walk(rows, 8);
  const held: PositionState[] = [...states.close].map((close, i) => ({
    position: i % 3 === 0 ? 0 : 1,
    bars_held: i % 3 === 0 ? unknown : i,
    entry_price: close,
    open_return: close - 100,
    best_since_entry: states.high[i],
  }));
  const asState: Record<string, keyof PositionState> = { trend: 'bars_held', signal: 'position' };
  const bars = walk(rows, 5);
  const columns = new Map([['trend', Float64Array.from(held, (state) => state.bars_held)]]);
  const pointwise = fc.oneof(number, condition).filter((text) => !/tf\(|bands/.test(text) && isPointwise(text));
  fc.assert(
    fc.property(pointwise, (text) => {
      const world = context(bars, {
        ...worldOf(bars),
        columns: (name) => columns.get(name),
        signal: Float64Array.from(held, (state) => state.position),
      });
      const whole = evaluateFormula(readFormula(text), world);
      const withState = readFormula(text.replace(/\b(trend|signal)\b/g, (name) => asState[name]));
      assert.deepEqual(checkFormula(withState, { ...scope, state: true }).problems, []);
      const ask = compileState(withState, world);
      assert.deepEqual(
        Float64Array.from(held, (state, bar) => ask(bar, state)),
        whole,
      );
    }),
    { numRuns: 200 },
  );
});

function isPointwise(text: string): boolean {
  const state = /\b(trend|signal)\b/;
  const { problems } = checkFormula(readFormula(text.replace(new RegExp(state, 'g'), 'position')), {
    ...scope,
    state: true,
  });
  return problems.length === 0;
}
