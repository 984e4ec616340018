import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Bars, mapColumns, sliceBars } from '@stratlab/data/bars.ts';
import { generateBars } from '@stratlab/data/market.ts';
import { findMarket } from '@stratlab/data/markets/index.ts';
import { signalSeries } from '@stratlab/lab/decide.ts';
import { explainModel } from '@stratlab/lab/explain-model.ts';
import { exportModel } from '@stratlab/lab/export-model.ts';
import { getModel } from '@stratlab/lab/get-model.ts';
import type { Lab } from '@stratlab/lab/lab.ts';
import { learn } from '@stratlab/lab/learn.ts';
import { readMarket } from '@stratlab/lab/market.ts';
import { runBacktest } from '@stratlab/lab/run-backtest.ts';
import { compositionExample } from '@stratlab/lab/strategy-guide.ts';
import { requireStrategy } from '@stratlab/lab/strategy-language.ts';
import { testStrategies } from '@stratlab/lab/test-strategies.ts';
import { trainModel } from '@stratlab/lab/train-model.ts';
import { readArtifact } from '@stratlab/models/artifact.ts';
import { readCheckpoint } from '@stratlab/models/checkpoint-file.ts';
import { StrategyView } from '@stratlab/strategies/market-view.ts';
import { networkDocument } from '../documents.ts';
import { emptyLab, storeBars, storeMarket, storeStrategy } from '../lab-home.ts';
import { markOf, problemsOf, strategyOf } from '../strategy-documents.ts';

type Fields = Record<string, unknown>;

const gate = {
  model: { type: 'logistic' },
  nn_inputs: [{ raw_indicator: 'range' }],
  training: { labels: { source: 'regime', horizon: 10, vol_lookback: 30 }, epochs: 5 },
};
const hard = { routing: 'hard', regime_threshold: 0.3, stability_bars: 2 };

function document(composition: Fields = {}, extra: Fields = {}, symbols = ['AAA']): Fields {
  return networkDocument(symbols, {
    indicators: { rsi_14: { type: 'rsi' }, range: { type: 'natr' } },
    training: { labels: { source: 'next_direction' }, epochs: 4, early_stopping: null, seed: 3 },
    composition: { gate, ...composition },
    ...extra,
  });
}

/** One model for all regimes but the volatile ones. */
const oneModel = { trending_up: 'all', trending_down: 'all', ranging: 'all', volatile: 'flat' };

async function ended(lab: Lab, task_id: string): Promise<Fields> {
  for (;;) {
    const task = lab.jobs.get(task_id);
    if (task?.status === 'completed') return Object(task.result);
    assert.ok(task?.status === 'queued' || task?.status === 'running', JSON.stringify(task));
    await lab.queue.changed(task_id, 1000);
  }
}

async function trained(lab: Lab, name: string): Promise<string> {
  return String((await ended(lab, trainModel(lab, { strategy_name: name }).task_id)).id);
}

async function learnt(lab: Lab, raw: Fields) {
  const { strategy } = requireStrategy(raw);
  const checkpoints = join(lab.configuration.home, 'unused');
  const request = { strategy, start: undefined, end: undefined, engine: 'auto', checkpoints };
  const hooks = { progress() {}, signal: new AbortController().signal };
  const { artifactHash } = await learn(lab.store, lab.folders.models, request, hooks);
  return { strategy, artifactHash, artifact: readArtifact(lab.folders.models, artifactHash) };
}

test('a gate and a model per regime are one strategy: trained, traded out of sample, explained and exported', async (t) => {
  const lab = emptyLab(t);
  storeMarket(lab, 'AAA', 'regime', { bars: 1500 }, { kind: 'none' });
  storeStrategy(lab, 'routed', document({ rules: { volatile: 'flat' } }));
  const id = await trained(lab, 'routed');
  const model = getModel(lab, { model_id: id });
  assert.deepEqual(model.composition?.rules, {
    trending_up: 'trending_up',
    trending_down: 'trending_down',
    ranging: 'ranging',
    volatile: 'flat',
  });
  assert.deepEqual(
    model.folds.map(({ expert }) => expert),
    ['trending_up', 'trending_down', 'ranging'],
  );
  assert.deepEqual(model.classes, ['long', 'flat', 'short']);
  assert.deepEqual([model.features.length, model.features.at(-1)], [4, '1d_range']);
  assert.deepEqual(model.composition?.gate.features, ['1d_range']);
  const answer = await runBacktest(lab, { strategy_name: 'routed' });
  assert.ok('backtest_id' in answer);
  assert.deepEqual([answer.segment, answer.sample], ['test', 'out_of_sample']);
  assert.ok(Number(answer.metrics.trades) > 0);

  const found = await explainModel(lab, { model_id: id }, new AbortController().signal);
  assert.equal(found.rules_kind, 'induced');
  const regimes = found.composition?.regimes ?? [];
  assert.deepEqual(
    regimes.map(({ decides }) => decides),
    ['trending_up', 'trending_down', 'ranging', 'flat'],
  );
  assert.equal(
    regimes.reduce((sum, { rows }) => sum + rows, 0),
    found.accuracy.rows,
  );
  assert.ok(found.feature_importance.some(({ feature }) => feature === '1d_range'));

  const folder = join(lab.configuration.home, 'out');
  const { files, networks, warnings } = exportModel(lab, { model_id: id, format: 'onnx', path: folder });
  const names = ['composition.json', 'gate.onnx', 'ranging.onnx', 'trending_down.onnx', 'trending_up.onnx'];
  assert.deepEqual(readdirSync(folder).toSorted(), names);
  assert.deepEqual([files.length, networks, warnings], [5, 4, []]);
  const { regimes: named, rules } = JSON.parse(readFileSync(join(folder, 'composition.json'), 'utf8'));
  assert.deepEqual(named, Object.keys(rules));
});

test('walk-forward over two symbols, in several networks: every fold has a gate and models of its own', async (t) => {
  const lab = emptyLab(t);
  for (const [symbol, seed] of [
    ['AAA', 1],
    ['BBB', 2],
  ] as const)
    storeMarket(lab, symbol, 'fuzzy_rsi', { bars: 700, seed }, { kind: 'none' });
  const training = {
    labels: { source: 'next_direction' },
    epochs: 2,
    validation: { method: 'walk_forward', folds: 2, train: 0.5 },
    ensemble: { seeds: 2 },
    sampling: { bootstrap: 'sequential' },
  };
  const { artifact } = await learnt(lab, document({ rules: oneModel }, { training }, ['AAA', 'BBB']));
  assert.deepEqual(
    artifact.members.map(({ fold, expert, seed }) => [fold, expert, seed]),
    [
      [0, 'all', 7],
      [0, 'all', 8],
      [1, 'all', 7],
      [1, 'all', 8],
    ],
  );
  assert.equal(artifact.composition?.gate.members.length, 4);
  assert.equal(artifact.metrics.test?.rows, artifact.segments.test?.rows);
});

/** The bars from `from` on replaced by others that go on from them. */
function replaced(bars: Bars, from: number): Bars {
  return mapColumns((name) =>
    name === 'time' || name === 'volume'
      ? bars[name]
      : bars[name].map((price, row) => (row < from ? price : price * 1.04 ** ((row % 7) - 3))),
  );
}

const market = generateBars(findMarket('regime'), { timeframe: '1d', bars: 900, seed: 4 });

for (const [routing, composition] of Object.entries({
  soft: { rules: oneModel },
  hard: { ...hard, rules: oneModel, on_regime_transition: 'close_and_switch' },
})) {
  test(`${routing} routing knows nothing of later bars: not in training, and not at any decision`, async (t) => {
    const raw = document(composition);
    const labOf = (own: Bars) => {
      const lab = emptyLab(t);
      storeBars(lab, 'AAA', own);
      return lab;
    };
    const lab = labOf(market);
    const { strategy, artifact } = await learnt(lab, raw);
    const { train, validation } = artifact.segments;
    const afterTraining = market.time.findIndex((time) => time > (validation?.end ?? train.end)) + 12;
    const other = (await learnt(labOf(replaced(market, afterTraining)), raw)).artifact;
    const fitted = ({ members }: { members: readonly { weights: Float64Array; temperature: number }[] }) =>
      members.map(({ weights, temperature }) => ({ weights, temperature }));
    assert.deepEqual(fitted(other), fitted(artifact));
    assert.deepEqual(
      fitted(other.composition?.gate ?? assert.fail()),
      fitted(artifact.composition?.gate ?? assert.fail()),
    );

    const signalOn = (own: Bars) => {
      const { view } = readMarket(labOf(own).store, 'AAA', '1d');
      return signalSeries(new StrategyView(strategy, view), strategy, artifact) ?? assert.fail();
    };
    const whole = signalOn(market);
    assert.ok(whole.some((signal) => signal !== 0 && !Number.isNaN(signal)));
    for (const cut of [300, 640, 801]) {
      assert.deepEqual(signalOn(sliceBars(market, 0, cut)), whole.slice(0, cut));
      assert.deepEqual(signalOn(replaced(market, cut)).slice(0, cut), whole.slice(0, cut));
    }
  });
}

test('the labels of the gate are purged too: no training row knows how the tested regimes turned out', async (t) => {
  const lab = emptyLab(t);
  storeBars(lab, 'AAA', market);
  const purgedBy = async (horizon: number) => {
    const training = { ...gate.training, labels: { ...gate.training.labels, horizon } };
    const { artifact } = await learnt(lab, document({ gate: { ...gate, training }, rules: oneModel }));
    return artifact.segments.train.purged;
  };
  assert.deepEqual([await purgedBy(10), await purgedBy(30)], [10, 30]);
});

test('a position is closed where the regime changes, where that is asked for', async (t) => {
  const lab = emptyLab(t);
  storeMarket(lab, 'AAA', 'regime', { bars: 1500 }, { kind: 'none' });
  const rules = { trending_up: 'a', trending_down: 'b', ranging: 'a', volatile: 'b' };
  const balanced = { ...gate, training: { ...gate.training, sampling: { class_weights: 'balanced' }, epochs: 30 } };
  const settings = { ...hard, gate: balanced, rules, regime_threshold: 0, stability_bars: 1 };
  const decisions = { position_awareness: false };
  storeStrategy(lab, 'runs', document(settings, { decisions }));
  storeStrategy(lab, 'closes', document({ ...settings, on_regime_transition: 'close_and_switch' }, { decisions }));
  const trades = [];
  for (const name of ['runs', 'closes']) {
    await trained(lab, name);
    const answer = await runBacktest(lab, { strategy_name: name, segment: 'all' });
    assert.ok('backtest_id' in answer);
    trades.push(Number(answer.metrics.trades));
  }
  assert.ok(trades[1] > trades[0], `${trades}`);
});

test('a cancelled training goes on from its checkpoints to the same bytes', async (t) => {
  const lab = emptyLab(t);
  storeBars(lab, 'AAA', market);
  const raw = document({ rules: oneModel });
  const whole = await learnt(lab, raw);
  const { strategy } = requireStrategy(raw);
  const checkpoints = join(lab.configuration.home, 'half-way');
  const request = { strategy, start: undefined, end: undefined, engine: 'auto', checkpoints };
  const stop = new AbortController();
  let epochs = 0;
  const progress = ({ stage }: { stage: string }) => {
    if (/epoch/.test(stage) && ++epochs === 32) stop.abort();
  };
  const hooks = { progress, signal: stop.signal, checkpointMs: 0 };
  await assert.rejects(learn(lab.store, lab.folders.models, request, hooks), { code: 'cancelled' });
  assert.ok(readCheckpoint(join(checkpoints, '6.checkpoint')) !== undefined, readdirSync(checkpoints).join());
  const resumed = { progress() {}, signal: new AbortController().signal };
  const { artifactHash } = await learn(lab.store, lab.folders.models, request, resumed);
  assert.equal(artifactHash, whole.artifactHash);
  assert.ok(!existsSync(checkpoints));
});

test('many at once: a composition is tested beside a plain model, and one that fails stops neither', async (t: TestContext) => {
  const lab = emptyLab(t);
  storeMarket(lab, 'AAA', 'fuzzy_rsi', { bars: 800 }, { kind: 'none' });
  const { composition: _, ...plain } = document();
  const rare = { labels: { source: 'regime', vol_crisis_threshold: 100 }, epochs: 3 };
  const configs = [
    { name: 'plain', ...plain },
    { name: 'routed', ...document({ rules: oneModel }) },
    { name: 'starved', ...document({ ...hard, gate: { training: rare } }) },
  ];
  const { task_id } = testStrategies(lab, { configs, limit: 10 });
  const { rows, failures } = await ended(lab, task_id);
  assert.deepEqual([...Object(rows)].map(([name]) => name).toSorted(), ['plain', 'routed']);
  const [{ name, code, message }] = Object(failures);
  assert.deepEqual([name, code], ['starved', 'insufficient_data']);
  assert.match(message, /The gate sends \d+ of \d+ training rows to the model of /);
});

test('the written example is valid, and settings of the composition decide', () => {
  assert.deepEqual(problemsOf(compositionExample.yaml), []);
  const mark = markOf(document());
  const { composition: _, ...plain } = document();
  assert.notEqual(markOf(plain), mark);
  for (const change of [
    { routing: 'hard' },
    { rules: { volatile: 'flat' } },
    { gate: { ...gate, nn_inputs: [{ raw_indicator: 'rsi_14' }] } },
    { gate: { ...gate, training: { ...gate.training, epochs: 6 } } },
    { gate: { nn_inputs: gate.nn_inputs, training: gate.training } },
  ])
    assert.notEqual(markOf(document(change)), mark, JSON.stringify(change));
  for (const change of [
    { type: 'regime_route', routing: 'soft' },
    { rules: { ranging: 'ranging' } },
    { gate: { ...gate, nn_inputs: [{ raw_indicator: 'range', timeframes: ['1d'], normalization: 'zscore' }] } },
  ])
    assert.equal(markOf(document(change)), mark, JSON.stringify(change));
  const { document: full } = strategyOf(document(hard));
  assert.equal(markOf({ ...full }), markOf(document(hard)));
});

test('what does not go together is told at its place', () => {
  const told = (raw: Fields) => problemsOf(raw).map(({ path, message }) => `${path}: ${message}`);
  const cases: [Fields, RegExp][] = [
    [
      document({ gate: { ...gate, training: { labels: { source: 'next_direction' } } } }),
      /^composition.gate.training.labels.source: A gate learns regimes, and next_direction names none/,
    ],
    [
      document({}, { training: { labels: { source: 'context' } } }),
      /^training.labels.source: The models behind a gate are traded, and context names no side/,
    ],
    [
      document({ rules: { stormy: 'flat' } }),
      /^composition.rules.stormy: The gate knows no regime "stormy". It names trending_up/,
    ],
    [
      document({ rules: Object.fromEntries(Object.keys(oneModel).map((regime) => [regime, 'flat'])) }),
      /^composition.rules: Every regime is flat/,
    ],
    [document({ stability_bars: 3 }), /^composition.stability_bars: It belongs to routing: hard; this one is soft/],
    [document({ type: 'stack' }), /^composition.type: Only regime_route is built/],
    [
      document({ gate: { ...gate, nn_inputs: [{ raw_indicator: 'rang' }] } }),
      /^composition.gate.nn_inputs.0.raw_indicator: "rang" is not an indicator id/,
    ],
    [
      document({ gate: { ...gate, training: { ...gate.training, loss: 'mse' } } }),
      /^composition.gate.training.loss: These labels are learnt with cross_entropy or focal/,
    ],
    [
      document({ gate: { ...gate, training: { ...gate.training, validation: { method: 'holdout' } } } }),
      /^composition.gate.training.validation: /,
    ],
    [
      document(
        { ...hard, on_regime_transition: 'close_and_switch' },
        { target: { position: 'signal' }, execution: {} },
      ),
      /^composition.on_regime_transition: close_and_switch closes a position, and here positions are weights/,
    ],
  ];
  for (const [raw, wanted] of cases) assert.match(told(raw).join('\n'), wanted);
  const { model: _, training: __, nn_inputs: ___, ...ruled } = document();
  const rules = { enter_long: 'close > open', exit_long: 'close < open' };
  assert.match(
    told({ ...ruled, rules }).join(),
    /composition: composition divides a model by regimes, and none is given/,
  );
});
