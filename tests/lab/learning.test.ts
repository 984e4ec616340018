import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { exportModel } from '@stratlab/lab/export-model.ts';
import { getModel } from '@stratlab/lab/get-model.ts';
import type { Lab } from '@stratlab/lab/lab.ts';
import { learn } from '@stratlab/lab/learn.ts';
import type { Learned } from '@stratlab/lab/learned.ts';
import { runBacktest } from '@stratlab/lab/run-backtest.ts';
import { requireStrategy } from '@stratlab/lab/strategy-language.ts';
import { planTraining, trainModel } from '@stratlab/lab/train-model.ts';
import { readArtifact } from '@stratlab/models/artifact.ts';
import { readCheckpoint, writeCheckpoint } from '@stratlab/models/checkpoint-file.ts';
import { emptyLab, storeMarket, storeStrategy } from '../lab-home.ts';

function document(training: Record<string, unknown>, model: Record<string, unknown> = { type: 'logistic' }) {
  return {
    training_data: { symbols: { mode: 'single', symbol: 'AAA' }, timeframes: { mode: 'single', timeframe: '1d' } },
    indicators: { rsi_14: { type: 'rsi', period: 14 } },
    fuzzy_sets: { zone: { indicator: 'rsi_14', low: [0, 0, 30, 50], middle: [30, 50, 70], high: [50, 70, 100, 100] } },
    nn_inputs: [{ fuzzy_set: 'zone' }],
    model,
    training: model.type === 'gradient_boosting' ? training : { epochs: 5, ...training },
  };
}

async function trained(lab: Lab, name: string): Promise<string> {
  const { task_id } = trainModel(lab, { strategy_name: name });
  for (;;) {
    const task = lab.jobs.get(task_id);
    if (task?.status === 'completed') return String(Object(task.result).id);
    assert.ok(task?.status === 'queued' || task?.status === 'running', JSON.stringify(task));
    await lab.queue.changed(task_id, 1000);
  }
}

function learnHere(lab: Lab, raw: Record<string, unknown>, checkpoints: string): Promise<Learned> {
  const { strategy } = requireStrategy(raw);
  const request = { strategy, start: undefined, end: undefined, engine: 'auto', checkpoints };
  return learn(lab.store, lab.folders.models, request, { progress() {}, signal: new AbortController().signal });
}

for (const type of ['mlp', 'logistic', 'lstm', 'gru', 'anfis', 'gradient_boosting']) {
  test(`a ${type} is trained, kept and backtested on its test segment`, async (t) => {
    const lab = emptyLab(t);
    storeMarket(lab, 'AAA', 'fuzzy_rsi', { bars: 600 }, { kind: 'none' });
    const architecture =
      type === 'lstm' || type === 'gru'
        ? { sequence_length: 4, hidden_size: 4 }
        : type === 'gradient_boosting'
          ? { rounds: 10 }
          : {};
    storeStrategy(lab, 'one', document({}, { type, architecture }));
    const model = getModel(lab, { model_id: await trained(lab, 'one') });
    assert.equal(model.engine, type === 'anfis' || type === 'gradient_boosting' ? 'reference' : 'simd');
    const answer = await runBacktest(lab, { strategy_name: 'one' });
    assert.ok('backtest_id' in answer);
    assert.deepEqual([answer.segment, answer.sample], ['test', 'out_of_sample']);
  });
}

test('walk-forward makes a model of its folds, judged on all that they tested, out of sample', async (t) => {
  const lab = emptyLab(t);
  storeMarket(lab, 'AAA', 'fuzzy_rsi', { bars: 900 }, { kind: 'none' });
  storeStrategy(
    lab,
    'one',
    document({ validation: { method: 'walk_forward', folds: 3, train: 0.4 }, ensemble: { seeds: 2 } }),
  );
  const model = getModel(lab, { model_id: await trained(lab, 'one') });
  assert.deepEqual(
    model.folds.map(({ fold, seed }) => [fold, seed]),
    [
      [0, 7],
      [0, 8],
      [1, 7],
      [1, 8],
      [2, 7],
      [2, 8],
    ],
  );
  const tested = model.folds
    .filter(({ seed }) => seed === 7)
    .reduce((sum, { test: part }) => sum + Object(part).rows, 0);
  assert.equal(Object(model.metrics.test).rows, tested);
  const answer = await runBacktest(lab, { strategy_name: 'one' });
  assert.ok('backtest_id' in answer);
  assert.equal(answer.sample, 'out_of_sample');
  assert.equal(answer.span.start, model.segments.test?.start);
});

test('cross-validation is honest about the order of time: mixed at most', async (t) => {
  const lab = emptyLab(t);
  storeMarket(lab, 'AAA', 'fuzzy_rsi', { bars: 700 }, { kind: 'none' });
  storeStrategy(lab, 'one', document({ validation: { method: 'cpcv', groups: 4, test_groups: 2, embargo_bars: 2 } }));
  const model = getModel(lab, { model_id: await trained(lab, 'one') });
  assert.equal(model.folds.length, 6);
  assert.equal(model.paths.length, 3);
  for (const path of model.paths) assert.equal(path.rows, Object(model.metrics.test).rows);
  const answer = await runBacktest(lab, { strategy_name: 'one' });
  assert.ok('backtest_id' in answer);
  assert.equal(answer.sample, 'mixed');
  assert.match(answer.warnings.join(), /cpcv tests bars by networks that learnt from later ones too/);
});

test('sampling and class weights change what is learnt', async (t) => {
  const lab = emptyLab(t);
  storeMarket(lab, 'AAA', 'fuzzy_rsi', { bars: 700 }, { kind: 'none' });
  const labels = { source: 'triple_barrier', max_holding_bars: 10 };
  const samplings = [
    {},
    { weights: 'uniqueness' },
    { weights: 'return_attribution', time_decay: 0.5 },
    { class_weights: 'balanced' },
    { events: { method: 'cusum', threshold: 0.02 } },
    { bootstrap: 'sequential' },
    { bootstrap: 'sequential', weights: 'uniqueness' },
  ];
  const hashes = new Set<string>();
  for (const sampling of samplings) {
    const learned = await learnHere(lab, document({ labels, sampling }), join(lab.configuration.home, 'unused'));
    hashes.add(learned.artifactHash);
  }
  assert.equal(hashes.size, samplings.length);
});

test('a model of regimes is a gate: it is trained, and takes no side', async (t) => {
  const lab = emptyLab(t);
  storeMarket(lab, 'AAA', 'regime', { bars: 700 }, { kind: 'none' });
  storeStrategy(lab, 'gate', document({ labels: { source: 'regime' } }));
  const model = getModel(lab, { model_id: await trained(lab, 'gate') });
  assert.ok(model.classes !== null && !model.classes.includes('long'));
  await assert.rejects(runBacktest(lab, { strategy_name: 'gate' }), {
    code: 'invalid_strategy',
    message: /none of them is a side to take/,
  });
});

test('a training goes on from its checkpoint to the same bytes, and not from one of other bars', async (t) => {
  const lab = emptyLab(t);
  storeMarket(lab, 'AAA', 'fuzzy_rsi', { bars: 600 }, { kind: 'none' });
  const raw = document({ epochs: 30, early_stopping: null }, { type: 'mlp', architecture: { dropout: 0.2 } });
  const folder = join(lab.configuration.home, 'half-way');
  const whole = await learnHere(lab, raw, folder);
  assert.throws(() => readdirSync(folder), { code: 'ENOENT' });
  const { strategy } = requireStrategy(raw);
  const stop = new AbortController();
  const request = { strategy, start: undefined, end: undefined, engine: 'auto', checkpoints: folder };
  let epochs = 0;
  const hooks = {
    progress: ({ stage }: { stage: string }) => {
      if (/epoch/.test(stage) && ++epochs === 12) stop.abort();
    },
    signal: stop.signal,
    checkpointMs: 0,
  };
  await assert.rejects(learn(lab.store, lab.folders.models, request, hooks), { code: 'cancelled' });
  const kept = readCheckpoint(join(folder, '0.checkpoint'));
  assert.equal(kept?.epoch, 12);
  assert.equal((await learnHere(lab, raw, folder)).artifactHash, whole.artifactHash);
  writeCheckpoint(join(folder, '0.checkpoint'), kept ?? assert.fail());
  const later = document(
    { epochs: 30, early_stopping: null, seed: 8 },
    { type: 'mlp', architecture: { dropout: 0.2 } },
  );
  const fresh = await learnHere(lab, later, join(lab.configuration.home, 'empty'));
  assert.equal((await learnHere(lab, later, folder)).artifactHash, fresh.artifactHash);
});

test('probabilities are calibrated on the validation rows unless asked not to', async (t) => {
  const lab = emptyLab(t);
  storeMarket(lab, 'AAA', 'noise', { bars: 600 }, { kind: 'none' });
  const raw = (calibration: string) =>
    document({ epochs: 60, early_stopping: null, learning_rate: 0.01, calibration }, { type: 'mlp' });
  const unused = join(lab.configuration.home, 'unused');
  const temperatureOf = async (calibration: string) => {
    const { artifactHash } = await learnHere(lab, raw(calibration), unused);
    return readArtifact(lab.folders.models, artifactHash).members[0].temperature;
  };
  assert.equal(await temperatureOf('none'), 1);
  assert.ok((await temperatureOf('temperature')) > 1.2, 'what learnt noise by heart is overconfident');
});

test('networks that would be equal differ by the rows that a bootstrap draws for each', async (t) => {
  const lab = emptyLab(t);
  storeMarket(lab, 'AAA', 'fuzzy_rsi', { bars: 500 }, { kind: 'none' });
  const labels = { source: 'triple_barrier', max_holding_bars: 10 };
  const training = { labels, ensemble: { seeds: 3 }, sampling: { bootstrap: 'sequential' }, epochs: 2 };
  const grid = { type: 'anfis', architecture: { partition: 'grid', sets: 2, consequent: 'constant' } };
  const learned = await learnHere(lab, document(training, grid), join(lab.configuration.home, 'unused'));
  const { members, segments } = readArtifact(lab.folders.models, learned.artifactHash);
  assert.equal(new Set(members.map(({ weights }) => weights.join())).size, 3);
  const rows = members.map(({ metrics }) => metrics.train.rows);
  for (const drawn of rows)
    assert.ok(drawn > 0.5 * segments.train.rows && drawn < 0.9 * segments.train.rows, `${rows}`);
});

test('a model with routes in time says that earlier folds are not exported', async (t) => {
  const lab = emptyLab(t);
  storeMarket(lab, 'AAA', 'fuzzy_rsi', { bars: 700 }, { kind: 'none' });
  storeStrategy(lab, 'one', document({ validation: { method: 'walk_forward', folds: 3, train: 0.4 } }));
  const path = join(lab.configuration.home, 'model.safetensors');
  const found = exportModel(lab, { model_id: await trained(lab, 'one'), format: 'safetensors', path });
  assert.equal(found.networks, 1);
  assert.match(
    found.warnings.join(),
    /The 1 networks written are those that decide from \S+Z on; the 2 of earlier folds/,
  );
});

test('a training says how much memory it will take, and one that cannot fit is refused before it starts', (t) => {
  const lab = emptyLab(t);
  storeMarket(lab, 'AAA', 'noise', { bars: 2000 }, { kind: 'none' });
  const wide = { type: 'mlp', architecture: { hidden_layers: [2048, 2048] } };
  const many = { validation: { method: 'cpcv', groups: 13, test_groups: 4 }, ensemble: { seeds: 100 } };
  storeStrategy(lab, 'small', document({}));
  storeStrategy(lab, 'folds', document({ validation: { method: 'cpcv', groups: 10 } }));
  storeStrategy(lab, 'huge', document(many, wide));
  const bytesOf = (name: string) => planTraining(lab, { strategy_name: name }).estimatedBytes;
  assert.ok(bytesOf('small') < bytesOf('folds'));
  assert.throws(() => bytesOf('huge'), { code: 'limit_exceeded', message: /would hold about .* GB of memory at once/ });
  assert.ok(trainModel(lab, { strategy_name: 'small' }).estimated_memory_bytes > 1e8);
});
