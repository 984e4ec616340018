import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Bars, barCount, mapColumns } from '@stratlab/data/bars.ts';
import { generateBars } from '@stratlab/data/market.ts';
import { findMarket } from '@stratlab/data/markets/index.ts';
import { fittedVariables, fuzzyVariables } from '@stratlab/lab/fuzzy-variables.ts';
import { getChart } from '@stratlab/lab/get-chart.ts';
import { getModel } from '@stratlab/lab/get-model.ts';
import { learn } from '@stratlab/lab/learn.ts';
import { requireStrategy } from '@stratlab/lab/strategy-language.ts';
import { trainModel } from '@stratlab/lab/train-model.ts';
import { type ModelArtifact, readArtifact } from '@stratlab/models/artifact.ts';
import { networkDocument } from '../documents.ts';
import { emptyLab, storeBars, storeStrategy } from '../lab-home.ts';

const bars = generateBars(findMarket('fuzzy_rsi'), { timeframe: '1d', bars: 700, seed: 2 });

function document(training: object = {}): Record<string, unknown> {
  return networkDocument(['AAA'], {
    indicators: { rsi_14: { type: 'rsi' }, range: { type: 'natr' } },
    fuzzy_sets: { zone: { indicator: 'rsi_14', auto: 3 }, motion: { indicator: 'range', auto: ['calm', 'stormy'] } },
    nn_inputs: [{ fuzzy_set: 'zone' }, { fuzzy_set: 'motion' }],
    training: { labels: { source: 'next_direction' }, epochs: 3, early_stopping: null, ...training },
  });
}

async function learnt(t: TestContext, own: Bars, training: object = {}): Promise<ModelArtifact> {
  const lab = emptyLab(t);
  storeBars(lab, 'AAA', own);
  const { strategy } = requireStrategy(document(training));
  const checkpoints = join(lab.configuration.home, 'unused');
  const request = { strategy, start: undefined, end: undefined, engine: 'auto', checkpoints };
  const hooks = { progress() {}, signal: new AbortController().signal };
  const { artifactHash } = await learn(lab.store, lab.folders.models, request, hooks);
  return readArtifact(lab.folders.models, artifactHash);
}

/** The prices of the bars from `from` on and before `to` swing three times as far. */
function wilder(from: number, to: number): Bars {
  return mapColumns((name) =>
    name === 'time' || name === 'volume'
      ? bars[name]
      : bars[name].map((price, row) => (row >= from && row < to ? price * 1.03 ** (row % 5) : price)),
  );
}

test('sets are fitted on the training rows alone: other bars after them change nothing, other bars among them do', async (t) => {
  const plain = await learnt(t, bars);
  const { train, test: tested } = plain.segments;
  assert.ok(tested !== null);
  const afterTrain = bars.time.findIndex((time) => time > train.end) + 1;
  const [{ normalisation }] = plain.members;
  assert.deepEqual(
    normalisation.map(({ method }) => method),
    new Array<string>(5).fill('membership'),
  );
  const later = await learnt(t, wilder(afterTrain, barCount(bars)));
  assert.deepEqual(later.members[0].normalisation, normalisation);
  assert.deepEqual(later.members[0].weights, plain.members[0].weights);
  assert.notDeepEqual(later.metrics.test, plain.metrics.test);
  const earlier = await learnt(t, wilder(100, 200));
  assert.notDeepEqual(earlier.members[0].normalisation, normalisation);
});

test('each fold of a walk forward has sets of its own', async (t) => {
  const { members } = await learnt(t, bars, { validation: { method: 'walk_forward', folds: 3, train: 0.4 } });
  const sets = new Set(members.map(({ normalisation }) => JSON.stringify(normalisation)));
  assert.deepEqual([members.length, sets.size], [3, 3]);
});

test('a chart of the strategy shows the values to be divided, and says that the sets are fitted in training', (t) => {
  const lab = emptyLab(t);
  storeBars(lab, 'AAA', bars);
  storeStrategy(lab, 'auto', document());
  const [zone, motion] = fuzzyVariables(lab, 'auto');
  assert.deepEqual([zone.name, zone.sets], ['zone, fitted in training (low, middle, high)', []]);
  assert.equal(motion.name, 'motion, fitted in training (calm, stormy)');
  assert.equal(zone.values?.length, barCount(bars) - 14);
  assert.ok(zone.grid[0] >= 0 && zone.grid[zone.grid.length - 1] <= 100);
});

test('a chart of a model shows the sets as they were fitted', async (t) => {
  const lab = emptyLab(t);
  storeBars(lab, 'AAA', bars);
  storeStrategy(lab, 'auto', document());
  const { task_id } = trainModel(lab, { strategy_name: 'auto' });
  for (let task = lab.jobs.get(task_id); task?.finishedAt === null; task = lab.jobs.get(task_id))
    await lab.queue.changed(task_id, 1000);
  const id = String(Object(lab.jobs.get(task_id)?.result).id);
  const [zone, motion] = fittedVariables(lab, id);
  assert.deepEqual([zone.name, motion.name], ['zone, fitted', 'motion, fitted']);
  assert.deepEqual(
    zone.sets.map(({ name }) => name),
    ['low', 'middle', 'high'],
  );
  const { fitted_sets } = getModel(lab, { model_id: id });
  zone.sets.forEach(({ degrees }, set) => {
    const highest = zone.grid[Array.from(degrees).indexOf(Math.max(...Array.from(degrees)))];
    const { left, peak, right } = fitted_sets[set];
    const step = zone.grid[1] - zone.grid[0];
    if (left !== null && right !== null) assert.ok(Math.abs(highest - peak) <= step, `${highest} is not ${peak}`);
    for (const k of Array.from(degrees).keys())
      assert.ok(Math.abs(zone.sets.reduce((sum, each) => sum + each.degrees[k], 0) - 1) < 1e-9);
  });
  const drawn = getChart(lab, { id, kind: 'fuzzy_sets' });
  assert.ok(drawn.includes('zone, fitted') && drawn.includes('stormy'));
  assert.throws(() => getChart(lab, { id: 'model_0', kind: 'fuzzy_sets' }), { code: 'not_found' });
});
