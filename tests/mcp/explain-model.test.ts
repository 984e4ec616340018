import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Client } from '@modelcontextprotocol/client';
import { getModel } from '@stratlab/lab/get-model.ts';
import type { Lab } from '@stratlab/lab/lab.ts';
import { networkDocument } from '../documents.ts';
import { emptyLab, storeMarket, storeStrategy } from '../lab-home.ts';
import { clientOf, failureIn } from './client.ts';

type Fields = Record<string, unknown>;

async function call(client: Client, name: string, given: Fields): Promise<Fields> {
  const result = await client.callTool({ name, arguments: given });
  assert.notEqual(result.isError, true, JSON.stringify(result.content));
  return Object(result.structuredContent);
}

/** A client of a lab with a market whose RSI tells the next return, and a model trained on it. */
async function trained(
  t: TestContext,
  document: Fields,
  markets = ['AAA'],
): Promise<{ lab: Lab; client: Client; id: string }> {
  const lab = emptyLab(t);
  markets.forEach((symbol, k) => {
    storeMarket(lab, symbol, 'fuzzy_rsi', { bars: 4000, seed: 5 + k, parameters: { delta: 0.02 } }, { kind: 'none' });
  });
  storeStrategy(lab, 'net', document);
  const client = await clientOf(t, lab, { toolsets: 'all' });
  const { task_id } = await call(client, 'train_model', { strategy_name: 'net' });
  for (;;) {
    const task = await call(client, 'get_task_status', { task_id, wait_ms: 20_000 });
    if (task.status === 'completed') return { lab, client, id: String(Object(task.result).id) };
    assert.ok(task.status === 'queued' || task.status === 'running', JSON.stringify(task));
  }
}

const edge = {
  indicators: { rsi_14: { type: 'rsi' }, activity: { type: 'formula', formula: 'volume / sma(volume, 20)' } },
  fuzzy_sets: { zone: { indicator: 'rsi_14', low: [0, 20, 50], middle: [40, 50, 60], high: [50, 80, 100] } },
  nn_inputs: [{ fuzzy_set: 'zone' }, { raw_indicator: 'activity', normalization: 'zscore' }],
};

test('of a market with a planted RSI edge the answer names the edge, its importance and where it holds', async (t) => {
  const { lab, client, id } = await trained(t, networkDocument(['AAA'], edge));
  const found = await call(client, 'explain_model', { model_id: id });
  assert.ok(Buffer.byteLength(JSON.stringify(found)) <= 8_000);
  assert.deepEqual([found.part, found.rules_kind], ['test', 'induced']);
  const rules: Fields[] = Object(found.rules);
  for (const said of ['zone is low -> long', 'zone is high -> short']) {
    const known = rules.find(({ rule }) => rule === said);
    assert.ok(Number(known?.confidence) > 0.95 && Number(known?.accuracy) > 0.7, JSON.stringify(rules));
    assert.ok(Number(known?.profit) > 0.004 && Number(known?.support) > 0.02, JSON.stringify(rules));
  }
  assert.ok(Number(found.fidelity) > Number(found.constant_fidelity) && Number(found.fidelity) > 0.85);
  const [zone, activity]: Fields[] = Object(found.feature_importance);
  assert.deepEqual([zone.feature, zone.includes_zero], ['1d_zone', false]);
  assert.ok(Number(zone.loss_rise) > 0.01);
  assert.equal(activity.feature, '1d_activity');
  assert.ok(Number(activity.loss_rise) < 0.1 * Number(zone.loss_rise));
  const { accuracy, majority_class_accuracy, lead_interval, rows } = Object(found.accuracy);
  assert.ok(accuracy > majority_class_accuracy && lead_interval[0] > 0);
  const { test: judged } = Object(getModel(lab, { model_id: id }).metrics);
  assert.deepEqual([rows, accuracy], [judged.rows, Number(judged.accuracy.toPrecision(4))]);
  assert.deepEqual(found.confusion, judged.confusion);
  const calm: Fields[] = Object(found.by_regime);
  assert.equal(
    calm.slice(0, 3).reduce((sum, regime) => sum + Number(regime.rows), 0),
    rows,
  );
  assert.deepEqual(found.warnings, []);
  assert.deepEqual(await call(client, 'explain_model', { model_id: id }), found);
});

test('explaining is no trial, and its reliability can be drawn', async (t) => {
  const { client, id } = await trained(t, networkDocument(['AAA'], edge));
  const trials = async () => Object(await call(client, 'run_backtest', { strategy_name: 'net', model_id: id })).trials;
  const before = await trials();
  await call(client, 'explain_model', { model_id: id });
  const after = await trials();
  assert.equal(after.family, before.family);
  const picture = await client.callTool({ name: 'get_chart', arguments: { id, kind: 'reliability' } });
  assert.notEqual(picture.isError, true, JSON.stringify(picture.content).slice(0, 300));
  assert.ok(picture.content.some(({ type }) => type === 'image'));
});

test('an ANFIS of one network tells its own rules', async (t) => {
  const document = networkDocument(['AAA'], {
    ...edge,
    nn_inputs: [{ raw_indicator: 'rsi_14', normalization: 'zscore' }],
    model: { type: 'anfis', architecture: { rules: 3, consequent: 'constant' } },
  });
  const { client, id } = await trained(t, document);
  const found = await call(client, 'explain_model', { model_id: id });
  assert.equal(found.rules_kind, 'own');
  const rules: Fields[] = Object(found.rules);
  assert.equal(rules.length, 3);
  const abouts = rules.map(({ rule }) => Number(/^rsi_14 about ([\d.]+) \(±/.exec(String(rule))?.[1]));
  assert.ok(
    abouts.every((about) => about > 0 && about < 100),
    JSON.stringify(rules),
  );
  const supports = rules.reduce((sum, { support }) => sum + Number(support), 0);
  assert.ok(Math.abs(supports - 1) < 1e-3);
});

const splits = {
  purged_kfold: { validation: { method: 'purged_kfold', folds: 3 } },
  walk_forward: { validation: { method: 'walk_forward', folds: 3 }, ensemble: { seeds: 2 } },
};

for (const [name, extra] of Object.entries(splits)) {
  test(`the networks of ${name} are explained together, on all rows that any of them was tested on`, async (t) => {
    const training = { labels: { source: 'next_direction' }, epochs: 8, early_stopping: null, seed: 3, ...extra };
    const { lab, client, id } = await trained(t, networkDocument(['AAA'], { ...edge, training }));
    const found = await call(client, 'explain_model', { model_id: id });
    const { test: judged } = Object(getModel(lab, { model_id: id }).metrics);
    const { rows, accuracy } = Object(found.accuracy);
    assert.deepEqual([rows, accuracy], [judged.rows, Number(judged.accuracy.toPrecision(4))]);
    assert.ok(Number(found.fidelity) > Number(found.constant_fidelity));
    const fewBefore = String(found.warnings).includes('Too few rows lie before');
    assert.equal(fewBefore, name === 'purged_kfold', 'k folds test every row, so none is left to learn rules from');
  });
}

test('a network that reads sequences is explained by variables and the bars at which they count', async (t) => {
  const model = { type: 'gru', architecture: { sequence_length: 4, hidden_size: 4 } };
  const { client, id } = await trained(t, networkDocument(['AAA'], { ...edge, model }));
  const found = await call(client, 'explain_model', { model_id: id });
  const names = Array.from(Object(found.feature_importance), (own: Fields) => own.feature);
  assert.deepEqual(names.toSorted(), ['1d_activity', '1d_zone']);
  const rules: Fields[] = Object(found.rules);
  assert.ok(rules.length > 0 && Number(found.fidelity) > Number(found.constant_fidelity), JSON.stringify(rules));
});

test('an answer about many features keeps to 8 kB', async (t) => {
  const lengths = Array.from({ length: 24 }, (_, k) => 3 + k);
  const document = networkDocument(['AAA'], {
    indicators: Object.fromEntries(lengths.map((period) => [`momentum_over_${period}`, { type: 'roc', period }])),
    fuzzy_sets: {},
    nn_inputs: lengths.map((period) => ({ raw_indicator: `momentum_over_${period}`, normalization: 'zscore' })),
    model: { type: 'mlp', architecture: { hidden_layers: [6] }, features: { lookback_periods: 2 } },
  });
  const { client, id } = await trained(t, document);
  const found = await call(client, 'explain_model', { model_id: id });
  assert.ok(Buffer.byteLength(JSON.stringify(found)) <= 8_000);
  const [rules, importance]: unknown[][] = [Object(found.rules), Object(found.feature_importance)];
  assert.deepEqual([rules.length > 2, importance.length], [true, 20], JSON.stringify(found.warnings));
});

test('a regression on two symbols with lags is explained by the signs it says', async (t) => {
  const document = networkDocument(['AAA', 'BBB'], {
    ...edge,
    model: { type: 'mlp', architecture: { hidden_layers: [6] }, features: { lookback_periods: 2 } },
    training: {
      labels: { source: 'forward_return', horizon: 1 },
      loss: 'mse',
      epochs: 15,
      early_stopping: null,
      seed: 3,
    },
  });
  const { client, id } = await trained(t, document, ['AAA', 'BBB']);
  const found = await call(client, 'explain_model', { model_id: id });
  assert.deepEqual([found.calibration_error, found.brier], [null, null]);
  assert.match(String(found.undefined_because), /regression/);
  assert.deepEqual(found.warnings, []);
  const [zone]: Fields[] = Object(found.feature_importance);
  assert.deepEqual([zone.feature, zone.includes_zero], ['1d_zone', false]);
});

test('sets fitted in training are told in the unit of their indicator, and trained, tested and drawn like others', async (t) => {
  const document = networkDocument(['AAA'], {
    ...edge,
    fuzzy_sets: { zone: { indicator: 'rsi_14', auto: 5 } },
    model: { type: 'mlp', architecture: { hidden_layers: [8] }, features: { lookback_periods: 1 } },
  });
  const { client, id } = await trained(t, document);
  const model = await call(client, 'get_model', { model_id: id });
  const sets: Fields[] = Object(model.fitted_sets);
  const names = ['very_low', 'low', 'middle', 'high', 'very_high'].map((name) => `1d_zone_${name}`);
  assert.deepEqual(
    sets.map(({ feature }) => feature),
    names,
  );
  sets.forEach(({ left, peak, right }, k) => {
    assert.deepEqual([left, right], [sets[k - 1]?.peak ?? null, sets[k + 1]?.peak ?? null]);
    assert.ok(Number(peak) > 0 && Number(peak) < 100);
  });
  const [lowest, next] = sets.map(({ peak }) => Number(peak));
  const found = await call(client, 'explain_model', { model_id: id });
  const rules: Fields[] = Object(found.rules);
  const said = `zone is very_low (below ${Number(((lowest + next) / 2).toPrecision(4))})`;
  const known = rules.find(({ rule }) => String(rule).startsWith(said) && String(rule).endsWith('-> long'));
  assert.ok(Number(known?.accuracy) > 0.6, `${said}: ${JSON.stringify(rules)}`);
  assert.ok(Number(found.fidelity) > Number(found.constant_fidelity));
  const [zone]: Fields[] = Object(found.feature_importance);
  assert.deepEqual([zone.feature, zone.includes_zero], ['1d_zone', false]);
  assert.deepEqual(found.warnings, []);
  const tested = await call(client, 'run_backtest', { strategy_name: 'net', model_id: id });
  assert.equal(tested.sample, 'out_of_sample');
  const picture = await client.callTool({ name: 'get_chart', arguments: { id: 'net', kind: 'fuzzy_sets' } });
  assert.notEqual(picture.isError, true, JSON.stringify(picture.content).slice(0, 300));
});

test('rules about networks that fitted their sets each on its own fold say whose sets they speak of', async (t) => {
  const fuzzy_sets = { zone: { indicator: 'rsi_14', auto: 3 } };
  const training = {
    labels: { source: 'next_direction' },
    epochs: 4,
    validation: { method: 'walk_forward', folds: 3 },
  };
  const { client, id } = await trained(t, networkDocument(['AAA'], { ...edge, fuzzy_sets, training }));
  const found = await call(client, 'explain_model', { model_id: id });
  assert.match(String(found.warnings), /Each fold fitted its own sets/);
});

test('a model that is not there is not explained', async (t) => {
  const client = await clientOf(t, emptyLab(t), { toolsets: 'all' });
  const result = await client.callTool({ name: 'explain_model', arguments: { model_id: 'model_none' } });
  assert.equal(failureIn(result).code, 'not_found');
});

test('of a model per regime the answer tells how the gate names regimes and who decides in each', async (t) => {
  const composition = {
    gate: { training: { labels: { source: 'regime', horizon: 10, vol_lookback: 30 }, epochs: 10 } },
    rules: { trending_up: 'trend', trending_down: 'trend', volatile: 'flat' },
  };
  const { client, id } = await trained(t, networkDocument(['AAA'], { ...edge, composition }));
  const found = await call(client, 'explain_model', { model_id: id });
  assert.ok(Buffer.byteLength(JSON.stringify(found)) <= 8_000);
  const { routing, gate, regimes } = Object(found.composition);
  assert.equal(routing, 'soft');
  assert.ok(gate.accuracy > 0 && gate.majority_class_accuracy > 0);
  const decides = Object.fromEntries(regimes.map((each: Fields) => [each.regime, each.decides]));
  assert.deepEqual(decides, { trending_up: 'trend', trending_down: 'trend', ranging: 'ranging', volatile: 'flat' });
  const model = await call(client, 'get_model', { model_id: id });
  assert.deepEqual(Object(model.composition).rules, decides);
});
