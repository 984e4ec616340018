import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@stratlab/data/random.ts';
import { anfisNetwork } from '@stratlab/models/anfis/network.ts';
import { anfisExplanation } from '@stratlab/models/explanation/anfis-rules.ts';
import { induceRules } from '@stratlab/models/explanation/induce-rules.ts';
import { induceExplanation } from '@stratlab/models/explanation/induced-explanation.ts';
import { ownUnit } from '@stratlab/models/explanation/own-units.ts';
import { type Forecast, outcomeOf } from '@stratlab/models/explanation/task.ts';
import { inputWords, variablesOf } from '@stratlab/models/explanation/variables.ts';
import { applyMemberships, applyNormalisation, fitNormalisation } from '@stratlab/models/normalisation.ts';
import { modelSpecSchema } from '@stratlab/models/spec.ts';
import type { Feature } from '@stratlab/strategies/features.ts';
import { classes, FLAT, LONG, SHORT } from '@stratlab/strategies/label.ts';
import fc from 'fast-check';

const timeframe = '1h';

function setsOf(fuzzySet: string, sets: readonly string[]): Feature[] {
  return sets.map((set) => ({
    name: `1h_${fuzzySet}_${set}`,
    timeframe,
    source: { kind: 'membership', fuzzySet, set },
    lag: 0,
    normalization: 'none',
  }));
}

function raw(column: string, changes: Partial<Feature> = {}): Feature {
  return {
    name: `1h_${column}`,
    timeframe,
    source: { kind: 'raw', column },
    lag: 0,
    normalization: 'zscore',
    ...changes,
  };
}

/** Triangles with their tips at 0, 1, … over a variable that runs over them. */
function degrees(x: number, sets: number): number[] {
  return Array.from({ length: sets }, (_, set) => Math.max(0, 1 - Math.abs(x - set)));
}

const fuzzyFeatures = [
  ...setsOf('rsi_zone', ['oversold', 'neutral', 'overbought']),
  ...setsOf('trend', ['weak', 'strong']),
  ...setsOf('volume', ['thin', 'thick']),
];
const width = fuzzyFeatures.length;

/** Says long on (oversold, weak), short on (overbought, strong), else flat; what volume does is nothing to it. */
const table: Forecast = (features) => {
  const rows = features.length / width;
  const answers = new Float64Array(rows * 3).fill(0.1);
  for (let row = 0; row < rows; row++) {
    const [oversold, neutral, overbought, weak, strong] = features.subarray(row * width, (row + 1) * width);
    const isLow = oversold >= neutral && oversold >= overbought;
    const isHigh = overbought > neutral && overbought > oversold;
    answers[row * 3 + (isLow && weak >= strong ? LONG : isHigh && strong > weak ? SHORT : FLAT)] = 0.8;
  }
  return answers;
};

function fuzzyRows(rows: number, seed: number): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from(
    Array.from({ length: rows }, () => [
      ...degrees(2 * random(), 3),
      ...degrees(random(), 2),
      ...degrees(random(), 2),
    ]).flat(),
  );
}

function explainTable(targets: (rows: number) => Float64Array, forward: (rows: number) => Float64Array) {
  const [taught, features] = [fuzzyRows(2000, 1), fuzzyRows(1500, 2)];
  const said = outcomeOf({ classes, targets: new Float64Array(2000) }, table(taught)).said;
  const outcome = outcomeOf({ classes, targets: targets(1500) }, table(features));
  const explained = { features, outcome, forward: forward(1500) };
  return induceExplanation(variablesOf(fuzzyFeatures, timeframe), width, { features: taught, said }, explained);
}

test('a rule table that a model follows is found again, to the last row', () => {
  const { rules, otherwise, fidelity, constantFidelity } = explainTable(
    (rows) => new Float64Array(rows),
    (rows) => new Float64Array(rows),
  );
  assert.equal(fidelity, 1);
  assert.ok(constantFidelity < 0.8);
  assert.deepEqual(
    rules.map(({ confidence }) => confidence),
    rules.map(() => 1),
  );
  const words = rules.map(({ when, says }) => `${when} -> ${says}`).join('\n');
  assert.doesNotMatch(words, /volume/);
  const supports = [...rules, ...(otherwise === null ? [] : [otherwise])].map(({ support }) => support);
  assert.ok(Math.abs(supports.reduce((sum, support) => sum + support) - 1) < 1e-12, 'each row is decided once');
  assert.ok(rules.length <= 5, words);
});

test('accuracy goes by the label, confidence by the model, and profit by the side it says', () => {
  const { rules, otherwise } = explainTable(
    (rows) => new Float64Array(rows).fill(SHORT),
    (rows) => new Float64Array(rows).fill(-0.01),
  );
  for (const { says, accuracy, confidence, profit } of [...rules, ...(otherwise === null ? [] : [otherwise])]) {
    assert.equal(confidence, 1);
    assert.equal(accuracy, says === 'short' ? 1 : 0);
    const expected = { short: 0.01, long: -0.01, flat: null }[says];
    if (expected === null || expected === undefined) assert.equal(profit, null);
    else assert.ok(profit !== null && Math.abs(profit - expected) < 1e-12);
  }
});

test('an exclusive or, of which no single condition says anything, is found', () => {
  const random = seededRandom(5);
  const variables = 4;
  const grid = Uint16Array.from({ length: 1000 * variables }, () => Math.floor(2 * random()));
  const said = Int32Array.from({ length: 1000 }, (_, row) => grid[row * variables] ^ grid[row * variables + 2]);
  const { rules } = induceRules({ grid, variables: [0, 1, 2, 3], said, classes: 2 });
  for (const { conditions, says } of rules) {
    const [a, b] = conditions;
    assert.deepEqual([a.division, b?.division, conditions.length], [0, 2, 2]);
    assert.equal(a.level ^ b.level, says);
  }
  assert.ok(rules.length >= 1 && rules.length <= 4);
});

test('noise is told in few rules or none, and every rule has its support', () => {
  const random = seededRandom(6);
  const grid = Uint16Array.from({ length: 3 * 2000 }, () => Math.floor(3 * random()));
  const said = Int32Array.from({ length: 2000 }, () => Math.floor(3 * random()));
  assert.deepEqual(induceRules({ grid, variables: [0, 1, 2], said, classes: 3 }).rules, []);
});

test('raw columns are cut at the terciles of the taught rows, lags and other timeframes are named', () => {
  const features = [raw('rsi_14', { lag: 3 }), raw('rsi_14'), raw('adx_14.adx', { timeframe: '4h' })];
  const taught = Float64Array.from({ length: 900 }, (_, i) => [Math.floor(i / 3) % 7, Math.floor(i / 3), i % 2][i % 3]);
  const said = Int32Array.from({ length: 300 }, (_, row) => (row < 100 ? LONG : row < 200 ? FLAT : SHORT));
  const outcome = { classes, said, truth: said };
  const { rules, otherwise } = induceExplanation(
    variablesOf(features, timeframe),
    3,
    { features: taught, said },
    { features: taught, outcome, forward: new Float64Array(300) },
  );
  const words = [...rules.map(({ when }) => when), otherwise?.when].sort();
  assert.equal(words.length, 3, JSON.stringify(words));
  const expected = ['rsi_14 is high (200 or more)', 'rsi_14 is low (below 100)', 'rsi_14 is middle (100 to 200)'];
  assert.ok(words.filter((own) => own !== undefined && expected.includes(own)).length === 2, JSON.stringify(words));
  assert.deepEqual(
    features.map((feature) => inputWords(feature, timeframe)),
    ['rsi_14 3 bars ago', 'rsi_14', 'adx_14.adx on 4h'],
  );
  assert.deepEqual(
    variablesOf(features, timeframe).map(({ group, lag }) => [group, lag]),
    [
      ['1h_rsi_14', 0],
      ['4h_adx_14.adx', 0],
      ['1h_rsi_14', 3],
    ],
  );
});

test('sets that were fitted are told with the values that they stand for', () => {
  const features = setsOf('rsi_zone', ['low', 'middle', 'high']);
  const places = features.map((_, set) => ({ method: 'partition' as const, set, of: 3 }));
  const raw = Float64Array.from({ length: 3 * 601 }, (_, at) => (Math.floor(at / 3) * 7) % 601);
  const fitted = fitNormalisation(
    places,
    raw,
    Int32Array.from({ length: 601 }, (_, row) => row),
  );
  const said = Int32Array.from({ length: 601 }, (_, row) =>
    raw[3 * row] < 200 ? LONG : raw[3 * row] > 400 ? SHORT : FLAT,
  );
  const seen = applyMemberships(fitted, raw);
  const { rules, otherwise, fidelity } = induceExplanation(
    variablesOf(features, timeframe, fitted),
    3,
    { features: seen, said },
    { features: seen, outcome: { classes, said, truth: said }, forward: new Float64Array(601) },
  );
  const words = rules.map(({ when, says }) => `${when} -> ${says}`);
  const expected = [
    'rsi_zone is high (400 or more) -> short',
    'rsi_zone is low (below 200) -> long',
    'rsi_zone is middle (200 to 400) -> flat',
  ];
  assert.ok(words.length === 2 && words.every((own) => expected.includes(own)), JSON.stringify(words));
  assert.ok(otherwise !== null && fidelity > 0.99);
  assert.ok(
    fitted.every((column) => ownUnit(column, 0.25) === 0.25),
    'a degree is its own unit',
  );
});

test('ownUnit undoes every normalisation', () => {
  const value = fc.integer({ min: -1000, max: 1000 });
  fc.assert(
    fc.property(fc.uniqueArray(value, { minLength: 2, maxLength: 40 }), (values) => {
      const column = Float64Array.from(values);
      const rows = Int32Array.from(column.keys());
      for (const method of ['none', 'minmax', 'zscore', 'rank'] as const) {
        const fitted = fitNormalisation([method], column, rows);
        const back = applyNormalisation(fitted, column).map((x) => ownUnit(fitted[0], x));
        back.forEach((x, row) => {
          assert.ok(Math.abs(x - column[row]) < 1e-6, `${method}: ${column[row]} became ${x}`);
        });
      }
    }),
  );
  assert.ok(Number.isNaN(ownUnit({ method: 'minmax', min: 3, max: 3 }, 0)));
});

/** Two rules over rsi_14, held within 30 and 70 in its own unit: low says long, high says short. */
function anfis() {
  const spec = modelSpecSchema.parse({
    type: 'anfis',
    inputs: 2,
    outputs: 3,
    task: 'classification',
    seed: 1,
    partition: 'clustered',
    sets: 2,
    rules: 2,
    membership: 'gaussian',
    consequent: 'constant',
    epochs: 1,
    stepSize: 0.1,
    earlyStopping: null,
  });
  assert(spec.type === 'anfis');
  // Per input and rule centre and width; rsi_14 is (x - 50) / 10, the other input never tells rows apart.
  const premises = [-2, 0.5, 2, 0.5, 0, 100, 0, 100];
  const weights = Float64Array.of(...premises, 0.9, 0.1, 0, 0, 0.2, 0.8);
  const normalisation = [{ method: 'zscore' as const, mean: 50, sd: 10 }, { method: 'none' as const }];
  return { spec, weights, normalisation, target: null };
}

test('an ANFIS tells its own rules in the unit of its indicator, supported by how strongly they fire', () => {
  const { spec, ...model } = anfis();
  const random = seededRandom(3);
  const features = Float64Array.from({ length: 2000 }, (_, i) => (i % 2 === 0 ? 20 + 60 * random() : random()));
  const inputs = applyNormalisation(model.normalisation, features);
  const task = { classes, targets: new Float64Array(1000) };
  const outcome = outcomeOf(task, anfisNetwork.outputs(spec, model.weights, inputs, 1000));
  const found = anfisExplanation(spec, model, ['rsi_14', 'other'], {
    features,
    outcome,
    forward: new Float64Array(1000).fill(0.02),
  });
  const [long, short] = ['long', 'short'].map((side) => found.rules.find(({ says }) => says.startsWith(side)));
  assert.equal(long?.when, 'rsi_14 about 30 (±5.89)');
  assert.equal(short?.when, 'rsi_14 about 70 (±5.89)');
  assert.equal(long?.says, 'long (score 0.9)');
  assert.ok(Math.abs((long?.support ?? 0) + (short?.support ?? 0) - 1) < 1e-9);
  const below = features.filter((value, i) => i % 2 === 0 && value < 50).length / 1000;
  assert.ok(Math.abs((long?.support ?? 0) - below) < 0.01, `${long?.support} of ${below}`);
  assert.ok((long?.confidence ?? 0) > 0.97 && (short?.profit ?? 0) < -0.0199);
  assert.equal(found.fidelity, 1);
});

test('a linear consequent names the inputs that move it', () => {
  const { spec, ...model } = anfis();
  const linear = modelSpecSchema.parse({ ...spec, consequent: 'linear' });
  assert(linear.type === 'anfis');
  // Rule by rule: three outputs per slope of each input, then the constants.
  const rule = [0.2, 0, 0, 0, 0, 0, 0.9, 0.1, 0];
  const weights = Float64Array.of(...model.weights.subarray(0, 8), ...rule, ...rule);
  const features = Float64Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 40 + (i % 40) / 2 : 0.5));
  const inputs = applyNormalisation(model.normalisation, features);
  const task = { classes, targets: new Float64Array(100) };
  const outcome = outcomeOf(task, anfisNetwork.outputs(linear, weights, inputs, 100));
  const rows = { features, outcome, forward: new Float64Array(100) };
  const { rules } = anfisExplanation(linear, { ...model, weights }, ['rsi_14', 'other'], rows);
  for (const { says } of rules) assert.match(says, /^long \(score 0?\.?\d+.*, \+0\.1\d* per deviation of rsi_14\)$/);
});
