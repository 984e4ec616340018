import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { findVersion, strategyNames } from '@stratlab/knowledge/strategies.ts';
import { createStrategy } from '@stratlab/lab/create-strategy.ts';
import { getStrategy } from '@stratlab/lab/get-strategy.ts';
import type { Lab } from '@stratlab/lab/lab.ts';
import { mutateStrategy } from '@stratlab/lab/mutate-strategy.ts';
import { idleLab } from '../recorded.ts';
import { documentOf, modelText, rulesText } from '../strategy-documents.ts';

function prepared(t: TestContext): Lab {
  const lab = idleLab(t);
  createStrategy(lab, { name: 'rsi', yaml: modelText });
  createStrategy(lab, { name: 'cross', yaml: rulesText });
  return lab;
}

const documentIn = (lab: Lab, name: string) => Object(findVersion(lab.database, name)?.document);

test('each mutation is a child of its own, with its parent and what changed', (t) => {
  const lab = prepared(t);
  const mutations = [
    { path: 'indicators.rsi_14.period', value: 9 },
    { path: 'fuzzy_sets.zone.low.2', value: 55 },
    { path: 'training.labels.max_holding_bars', value: 5 },
    { changes: { 'training.epochs': 7, 'decisions.direction': 'long' } },
  ];
  const { parent, children } = mutateStrategy(lab, { name: 'rsi', mutations });
  assert.deepEqual(parent, { name: 'rsi', version: 1 });
  assert.deepEqual(
    children.map(({ name, status }) => [name, status]),
    [
      ['rsi_m1', 'created'],
      ['rsi_m2', 'created'],
      ['rsi_m3', 'created'],
      ['rsi_m4', 'created'],
    ],
  );
  assert.deepEqual(children[0].changes, ['indicators.rsi_14.period: 14 → 9']);
  assert.deepEqual(children[3].changes, ['training.epochs: 20 → 7', 'decisions.direction: "both" → "long"']);
  assert.deepEqual(documentIn(lab, 'rsi_m2').fuzzy_sets.zone.low, [0, 20, 55]);
  assert.deepEqual(documentIn(lab, 'rsi_m3').training.labels, { source: 'triple_barrier', max_holding_bars: 5 });
  const child = getStrategy(lab, { name: 'rsi_m1' });
  assert.deepEqual([child.parent_name, child.parent_version], ['rsi', 1]);
  assert.match(child.lineage[0].reason ?? '', /period: 14 → 9/);
  assert.deepEqual(
    getStrategy(lab, { name: 'rsi' }).children.map(({ name }) => name),
    ['rsi_m1', 'rsi_m2', 'rsi_m3', 'rsi_m4'],
  );
});

test('an invalid child is reported with its problems beside the others', (t) => {
  const lab = prepared(t);
  const mutations = [
    { path: 'indicators.rsi_14.period', value: -3 },
    { path: 'indicators.rsi_14.perod', value: 3 },
    { path: 'indicators.rsi_14.period', value: 21 },
  ];
  const { children } = mutateStrategy(lab, { name: 'rsi', mutations });
  assert.deepEqual(
    children.map(({ status }) => status),
    ['invalid', 'invalid', 'created'],
  );
  assert.equal(children[0].errors?.[0].path, 'indicators.rsi_14.period');
  assert.match(children[1].errors?.[0].hint ?? '', /indicators\.rsi_14\.period/);
  assert.deepEqual(strategyNames(lab.database).sort(), ['cross', 'rsi', 'rsi_m1']);
});

test('where no path exists the call fails with the nearest', (t) => {
  const lab = prepared(t);
  const one = (path: string) => () => mutateStrategy(lab, { name: 'rsi', mutations: [{ path, value: 1 }] });
  const hints = {
    'training.labels.max_holding_bar': /max_holding_bars/,
    'fuzzy_sets.zone.low.3': /fuzzy_sets\.zone\.low/,
    'decisions.confidence_treshold': /confidence_threshold/,
    'model.architecture.hiden_layers': /hidden_layers/,
    'rules.enter_lng': /enter_long|rules/,
  };
  for (const [path, hint] of Object.entries(hints))
    assert.throws(one(path), (error) => {
      assert.equal(Object(error).code, 'invalid_input');
      assert.match(String(Object(error).hint), hint, path);
      return true;
    });
});

test('blocks that the document leaves to their defaults can be named', (t) => {
  const lab = prepared(t);
  const mutations = [
    { path: 'decisions.filters.min_signal_separation', value: 5 },
    { path: 'execution.sizing.value', value: 0.5 },
    { path: 'execution.stop_loss.atr', value: 3 },
    { path: 'indicators.slow', value: { type: 'sma', period: 90 } },
  ];
  const { children } = mutateStrategy(lab, { name: 'cross', mutations });
  assert.deepEqual(
    children.map(({ status, errors }) => [status, errors]),
    Array(4).fill(['created', undefined]),
  );
});

test('what decides as an earlier strategy does is named and not stored again', (t) => {
  const lab = prepared(t);
  const faster = { path: 'parameters.fast.default', value: 5 };
  const { children } = mutateStrategy(lab, {
    name: 'cross',
    mutations: [faster, faster, { path: 'description', value: 'x' }],
  });
  assert.deepEqual(
    children.map(({ status, duplicate_of: of }) => [status, of?.name]),
    [
      ['created', undefined],
      ['duplicate', 'cross_m1'],
      ['duplicate', 'cross'],
    ],
  );
});

test('operators make the same children for the same seed, others for another; more leave the first as they are', (t) => {
  const made = (seed: number, count: number) => {
    const operators = ['perturb_numbers', 'swap_indicator', 'add_filter'];
    return mutateStrategy(prepared(t), { name: 'rsi', operators, seed, count }).children.map(({ changes }) => changes);
  };
  const first = made(3, 6);
  assert.deepEqual(made(3, 6), first);
  assert.deepEqual(made(3, 4), first.slice(0, 4));
  assert.notDeepEqual(made(4, 6), first);
});

test('an operator that finds nothing gives way to the next, and alone says so', (t) => {
  const lab = prepared(t);
  const both = mutateStrategy(lab, { name: 'cross', operators: ['change_label', 'add_filter'], seed: 1, count: 1 });
  assert.match(both.children[0].changes[0], /^entries only where/);
  const alone = mutateStrategy(lab, { name: 'cross', operators: ['change_label'], seed: 1, count: 1 });
  assert.match(alone.children[0].errors?.[0].message ?? '', /change_label found nothing to change/);
});

test('what cannot be meant is refused', (t) => {
  const lab = prepared(t);
  const refused = (given: object, expected: object) =>
    assert.throws(() => mutateStrategy(lab, { name: 'cross', ...given }), expected);
  const change = { path: 'decisions.direction', value: 'long' };
  refused({}, { code: 'invalid_input' });
  refused({ mutations: [] }, { code: 'invalid_input', path: 'mutations' });
  refused({ mutations: [change], operators: ['add_filter'] }, { code: 'invalid_input', path: 'operators' });
  refused({ mutations: [change], count: 3 }, { code: 'invalid_input', path: 'count' });
  refused({ mutations: [change], seed: 3 }, { code: 'invalid_input', path: 'seed' });
  refused({ mutations: [{ path: 'name' }] }, { code: 'invalid_input', path: 'mutations.0' });
  refused(
    { mutations: [{ ...change, changes: { [change.path]: change.value } }] },
    { code: 'invalid_input', path: 'mutations.0' },
  );
  refused({ operators: ['add_filter'] }, { code: 'invalid_input', path: 'seed' });
  refused({ operators: [], seed: 1 }, { code: 'invalid_input', path: 'operators' });
  refused({ operators: ['ad_filter'], seed: 1 }, { path: 'operators.0' });
  refused({ operators: ['add_filter'], seed: 1, count: 51 }, { code: 'limit_exceeded', path: 'count' });
  refused({ name: 'cros', mutations: [change] }, { code: 'not_found' });
});

test('documents of older forms are mutated in the form of version 4', (t) => {
  const lab = prepared(t);
  const list = {
    name: 'old',
    indicators: [{ name: 'rsi', parameters: { period: 14 } }],
    fuzzy_sets: { rsi: { low: [0, 20, 60], high: [40, 80, 100] } },
    model: { type: 'mlp', architecture: { hidden_layers: [4] } },
  };
  createStrategy(lab, { name: 'old', config: list });
  const { children } = mutateStrategy(lab, { name: 'old', mutations: [{ path: 'indicators.rsi.period', value: 7 }] });
  assert.equal(children[0].status, 'created', JSON.stringify(children));
  assert.equal(documentIn(lab, 'old_m1').version, '4');
  assert.deepEqual(
    documentOf(getStrategy(lab, { name: 'old_m1' }).yaml).indicators,
    documentIn(lab, 'old_m1').indicators,
  );
});
