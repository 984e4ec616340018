import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { sha256 } from '@stratlab/data/hash.ts';
import { normal, seededRandom } from '@stratlab/data/random.ts';
import { type ArtifactMember, type ModelArtifact, readArtifact, writeArtifact } from '@stratlab/models/artifact.ts';
import type { Routing } from '@stratlab/models/composition.ts';
import type { TrainingEngine } from '@stratlab/models/engine.ts';
import { referenceEngine } from '@stratlab/models/engines/reference.ts';
import { type ComposedTask, composedNetworks, fitComposition } from '@stratlab/models/fit-composition.ts';
import { type FittedMember, judgeModel } from '@stratlab/models/fit-ensemble.ts';
import { fitLessons, lessonsOf, type Task } from '@stratlab/models/lessons.ts';
import {
  chosenShares,
  likeliestRegimes,
  probabilitiesOf,
  regimeSwitches,
  sharesOf,
  steadyRegimes,
} from '@stratlab/models/regime-route.ts';
import { samplingSchema } from '@stratlab/models/sampling/schema.ts';
import { holdoutSplit } from '@stratlab/models/split.ts';
import { modelSignal, predictModel, regimeProbabilities, type TrainedModel } from '@stratlab/models/trained-model.ts';
import fc from 'fast-check';
import { logisticSpec } from '../specs.ts';

const NONE = -1;
const UNKNOWN = -2;

test('shares are the probabilities of the regimes of a model, or all for the likeliest that is likely enough', () => {
  const soft = { expertOf: [0, 1, 0, -1], experts: 2, threshold: null };
  const regimes = Float64Array.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.3, 0.1, 0.1, Number.NaN, 0, 0, 1);
  const close = (found: Float64Array, wanted: number[]) =>
    wanted.forEach((value, k) => {
      assert.ok(Number.isNaN(value) ? Number.isNaN(found[k]) : Math.abs(found[k] - value) < 1e-15, `${found}`);
    });
  close(sharesOf(soft, regimes), [0.4, 0.2, 0.6, 0.3, Number.NaN, 0]);
  close(sharesOf({ ...soft, threshold: 0.5 }, regimes), [0, 0, 1, 0, Number.NaN, Number.NaN]);
  close(sharesOf({ ...soft, threshold: 0.2 }, regimes), [0, 0, 1, 0, Number.NaN, Number.NaN]);
  close(probabilitiesOf(soft, regimes).subarray(0, 2), [0.4, 0.2]);
  assert.deepEqual([...likeliestRegimes(regimes, 4, 0.45)], [NONE, 0, UNKNOWN]);
  close(chosenShares(soft, Int32Array.of(1, 3, NONE, UNKNOWN)), [0, 1, 0, 0, 0, 0, Number.NaN, Number.NaN]);
});

test('a regime is taken once it was the likeliest on so many rows in a row, whatever comes later', () => {
  assert.deepEqual([...steadyRegimes(Int32Array.of(0, 1, 0, 1, 1, 0, 1, 1, 1, 2), 3)], [0, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
  assert.deepEqual([...steadyRegimes(Int32Array.of(UNKNOWN, 2, UNKNOWN, 1, NONE, NONE), 2)], [-2, 2, -2, 2, 2, NONE]);
  assert.deepEqual([...regimeSwitches(Int32Array.of(UNKNOWN, 2, UNKNOWN, 2, 1, NONE, NONE))], [0, 0, 0, 0, 1, 1, 0]);
  const course = fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(course, fc.integer({ min: 1, max: 5 }), fc.nat(39), (given, bars, cut) => {
      const whole = steadyRegimes(Int32Array.from(given), bars);
      const part = steadyRegimes(Int32Array.from(given.slice(0, cut)), bars);
      assert.deepEqual([...part], [...whole].slice(0, cut));
      if (bars === 1) assert.deepEqual([...whole], given);
      const known = given.flatMap((regime, row) => (regime === UNKNOWN ? [] : [row]));
      known.forEach((row, k) => {
        const last = known.slice(Math.max(0, k - bars + 1), k + 1).map((each) => given[each]);
        if (last.length === bars && new Set(last).size === 1) assert.equal(whole[row], given[row]);
        else if (k > 0) assert.equal(whole[row], whole[known[k - 1]]);
      });
    }),
  );
});

/** A network that answers these probabilities whatever it sees: weights 0, and the biases of its outputs. */
function constant(outputs: readonly number[], inputs: number, of: Partial<ArtifactMember> = {}): ArtifactMember {
  const spec = logisticSpec({ inputs, outputs: outputs.length });
  const metrics = { rows: 0, loss: null, accuracy: null, balanced_accuracy: null, majority_class_accuracy: null };
  const segment = { rows: 1, purged: 0, start: 0, end: 0 };
  return {
    fold: 0,
    seed: spec.seed,
    spec,
    temperature: 1,
    normalisation: Array.from({ length: inputs }, () => ({ method: 'none' as const })),
    target: null,
    weights: Float64Array.of(...new Array<number>(inputs * outputs.length).fill(0), ...outputs.map(Math.log)),
    segments: { train: segment, validation: null, test: null },
    bestEpoch: 1,
    stoppedEarly: false,
    history: [],
    metrics: { train: { ...metrics, class_counts: [], confusion: [] }, validation: null, test: null },
    ...of,
  };
}

const always = [
  [0.7, 0.2, 0.1],
  [0.1, 0.3, 0.6],
];

function composed(regimes: readonly number[], routing: Routing): TrainedModel<ArtifactMember> {
  return {
    members: always.map((outputs, k) => constant(outputs, 1, { expert: ['up', 'down'][k] })),
    routes: [{ start: 0, folds: [0] }],
    features: ['own', 'only the gate'],
    composition: {
      gate: { features: ['only the gate'], classes: ['rise', 'fall', 'storm'], members: [constant(regimes, 1)] },
      rules: { rise: 'up', fall: 'down', storm: 'flat' },
      routing,
    },
  };
}

const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-12, `${a} is not ${b}`);

test('a soft composition answers by the probabilities of its regimes, and trades the less the more of them are flat', () => {
  const model = composed([0.3, 0.1, 0.6], { kind: 'soft' });
  const [features, time] = [Float64Array.of(1, 2), Float64Array.of(0)];
  const answers = predictModel(model, features, time);
  always[0].forEach((p, k) => {
    near(answers[k], 0.75 * p + 0.25 * always[1][k]);
  });
  const { signal, closes } = modelSignal(model, features, time);
  near(signal[0], 0.4 * (answers[0] - answers[2]));
  assert.equal(closes, null);
  [0.3, 0.1, 0.6].forEach((p, k) => {
    near(regimeProbabilities(model, features, time)?.[k] ?? Number.NaN, p);
  });
});

test('a hard one answers by the likeliest regime, and does nothing in a flat one or where none is likely enough', () => {
  const hard = { kind: 'hard', threshold: 0.5, stabilityBars: 1, closesAtSwitch: false } as const;
  const [features, time] = [Float64Array.of(1, 2), Float64Array.of(0)];
  const certain = composed([0.3, 0.6, 0.1], hard);
  always[1].forEach((p, k) => {
    near(predictModel(certain, features, time)[k], p);
  });
  near(modelSignal(certain, features, time).signal[0], always[1][0] - always[1][2]);
  for (const regimes of [
    [0.3, 0.1, 0.6],
    [0.4, 0.35, 0.25],
  ]) {
    const idle = composed(regimes, hard);
    near(modelSignal(idle, features, time).signal[0], 0);
    const parts = regimes[0] + regimes[1];
    near(predictModel(idle, features, time)[0], (regimes[0] * always[0][0] + regimes[1] * always[1][0]) / parts);
  }
});

test('a row of which the gate or the models see nothing is not answered', () => {
  const model = composed([0.3, 0.6, 0.1], { kind: 'soft' });
  const features = Float64Array.of(Number.NaN, 1, 1, Number.NaN, 1, 1);
  const answers = predictModel(model, features, new Float64Array(3));
  assert.deepEqual([...answers].map(Number.isNaN), [true, true, true, true, true, true, false, false, false]);
  assert.deepEqual([...modelSignal(model, features, new Float64Array(3)).signal].map(Number.isNaN), [
    true,
    true,
    false,
  ]);
});

/** A market in which the first feature tells the class, by the sign that the second says: one line cannot learn it. */
function lecture(rows: number, seed: number, routing: Routing, rules: Record<string, string>) {
  const random = seededRandom(seed);
  const features = Float64Array.from({ length: 2 * rows }, () => normal(random));
  const regime = Float64Array.from({ length: rows }, (_, row) => (features[2 * row + 1] > 0 ? 0 : 1));
  const targets = Float64Array.from(regime, (turn, row) => (features[2 * row] > 0 === (turn === 0) ? 0 : 2));
  const spec = logisticSpec({ inputs: 2, epochs: 30, batchSize: 32, learningRate: 0.05 });
  const bars = Int32Array.from({ length: rows }, (_, row) => row);
  const sampled = [{ close: new Float64Array(rows).fill(1), rows: bars, bars, ends: bars.map((bar) => bar + 1) }];
  const task = (own: Float64Array, outputs: number): Task => ({
    spec: { ...spec, outputs },
    learnable: { features, normalisation: ['zscore', 'zscore'], targets: own },
    sampling: samplingSchema.parse({}),
    sampled,
    seeds: 1,
    calibrate: true,
    engine: referenceEngine,
  });
  const composition: ComposedTask = {
    gate: task(regime, 2),
    experts: task(targets, 3),
    regimes: ['plain', 'turned'],
    rules,
    routing,
  };
  const sample = { ends: bars, rows: bars, time: Float64Array.from(bars) };
  const split = [holdoutSplit(bars, bars, { train: 0.6, validation: 0.2, test: 0.2 })];
  return { composition, sample, split, features, targets };
}

const quiet = { onEpoch() {}, resumeFrom: () => undefined };
const each = { plain: 'plain', turned: 'turned' };

function modelOf(
  { composition }: Pick<ReturnType<typeof lecture>, 'composition'>,
  gate: FittedMember[],
  members: (FittedMember & { expert: string })[],
): TrainedModel<FittedMember & { expert?: string }> {
  const features = ['a', 'b'];
  const { regimes: classes, rules, routing } = composition;
  const routes = [{ start: 0, folds: [0] }];
  return { members, routes, features, composition: { gate: { features, classes, members: gate }, rules, routing } };
}

const routings: Routing[] = [
  { kind: 'soft' },
  { kind: 'hard', threshold: 0.4, stabilityBars: 1, closesAtSwitch: false },
];

for (const routing of routings) {
  test(`where the regime turns the sign of an edge, models behind a gate find it and one model does not: ${routing.kind}`, async () => {
    const given = lecture(1200, 3, routing, each);
    const { composition, sample, split, features, targets } = given;
    const { gate, members } = await fitComposition(composition, sample, split, quiet);
    assert.equal(gate.length + 5 + members.length, composedNetworks(1, 1, 2));
    const model = modelOf(given, gate, members);
    const found = judgeModel(model, { features, targets }, sample.time, split[0].test);
    assert.ok('accuracy' in found && Number(found.accuracy) > 0.85, JSON.stringify(found));
    const [single] = await fitLessons(composition.experts, lessonsOf(composition.experts, split), quiet);
    const { test: alone } = single.metrics;
    assert.ok(alone !== null && 'accuracy' in alone && Number(alone.accuracy) < 0.65, JSON.stringify(alone));
  });
}

test('nothing that is fitted depends on rows behind the training and validation parts', async () => {
  for (const routing of routings) {
    const given = lecture(500, 4, routing, each);
    const { composition, sample, split } = given;
    const plain = await fitComposition(composition, sample, split, quiet);
    const from = 2 * split[0].test[0];
    const disturbed = (task: Task): Task => ({
      ...task,
      learnable: {
        ...task.learnable,
        features: task.learnable.features.map((value, at) => (at < from ? value : 100 - value)),
        targets: task.learnable.targets.map((value, row) => (2 * row < from ? value : 0)),
      },
    });
    const changed = { ...composition, gate: disturbed(composition.gate), experts: disturbed(composition.experts) };
    const other = await fitComposition(changed, sample, split, quiet);
    const fitted = (members: readonly FittedMember[]) =>
      members.map(({ weights, temperature, normalisation }) => ({ weights, temperature, normalisation }));
    assert.deepEqual(fitted(other.gate), fitted(plain.gate));
    assert.deepEqual(fitted(other.members), fitted(plain.members));
  }
});

test('a training row is sent by gates that have not learnt from it: its own label decides nothing', async () => {
  const { composition, sample, split } = lecture(400, 5, routings[1], each);
  const [row] = split[0].train;
  const { learnable } = composition.gate;
  const others = learnable.targets.map((regime, k) => (k === row ? 1 - regime : regime));
  const relabelled = { ...composition.gate, learnable: { ...learnable, targets: others } };
  /** The first row that each model learns from. */
  const firstRows = async (task: ComposedTask) => {
    const seen: number[][] = [];
    const watched: TrainingEngine = {
      ...referenceEngine,
      trainMany(jobs) {
        for (const { data } of jobs) seen.push([...data.train.features.subarray(0, 2)]);
        return referenceEngine.trainMany(jobs);
      },
    };
    await fitComposition({ ...task, experts: { ...task.experts, engine: watched } }, sample, split, quiet);
    return seen;
  };
  const before = await firstRows(composition);
  assert.equal(before.length, 2);
  assert.deepEqual(await firstRows({ ...composition, gate: relabelled }), before);
});

test('a model with too few rows is an error that names its regimes and what to do', async () => {
  const { composition, sample, split } = lecture(400, 6, routings[1], each);
  const rare = composition.gate.learnable.targets.map((_, row) => (row % 97 === 0 ? 1 : 0));
  const lonely = { ...composition.gate, learnable: { ...composition.gate.learnable, targets: rare } };
  await assert.rejects(fitComposition({ ...composition, gate: lonely }, sample, split, quiet), {
    code: 'insufficient_data',
    message: /The gate sends \d+ of \d+ training rows to the model of turned: too few/,
    hint: /flat, .* routing: soft/,
  });
  const shared = { ...composition, gate: lonely, rules: { plain: 'one', turned: 'one' } };
  const { members } = await fitComposition(shared, sample, split, quiet);
  assert.deepEqual(
    members.map(({ expert }) => expert),
    ['one'],
  );
});

function artifactOf(model: TrainedModel<ArtifactMember>): Omit<ModelArtifact, 'weightsHash'> {
  const [member] = model.members;
  const { composition } = model;
  assert.ok(composition !== undefined);
  const { gate, rules, routing } = composition;
  return {
    formatVersion: 2,
    spec: member.spec,
    engine: 'reference',
    features: [...model.features],
    classes: ['long', 'flat', 'short'],
    strategyFingerprint: 'a'.repeat(64),
    series: [{ symbol: 'SPX', timeframe: '1d', hash: 'b'.repeat(64), start: 0, end: 864e5 }],
    validation: { method: 'holdout', forward: true },
    members: [...model.members],
    routes: model.routes.map(({ start, folds }) => ({ start, folds: [...folds] })),
    segments: member.segments,
    metrics: member.metrics,
    paths: [],
    composition: {
      gate: {
        spec: gate.members[0].spec,
        engine: 'reference',
        features: [...gate.features],
        classes: [...gate.classes],
        members: [...gate.members],
      },
      rules: { ...rules },
      routing,
    },
    context: [{ symbol: 'XAUUSD', timeframe: '1w', hash: 'c'.repeat(64) }],
    codeVersion: '0.1.0',
  };
}

test('a composition is kept with its gate, reads back to the same answers, and a damaged one is refused', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'stratlab-composition-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const model = composed([0.3, 0.1, 0.6], { kind: 'hard', threshold: 0.2, stabilityBars: 2, closesAtSwitch: true });
  const artifact = artifactOf(model);
  const hash = writeArtifact(folder, artifact);
  assert.equal(writeArtifact(folder, artifact), hash);
  const read = readArtifact(folder, hash);
  const [features, time] = [Float64Array.of(1, 2, 3, 4), Float64Array.of(0, 864e5)];
  assert.deepEqual(predictModel(read, features, time), predictModel(model, features, time));
  assert.deepEqual(modelSignal(read, features, time), modelSignal(model, features, time));
  assert.deepEqual(read.context, artifact.context);
  const { composition } = artifact;
  assert.ok(composition !== undefined);
  const { gate } = composition;
  const wrong = {
    'a gate that looks at something else': { gate: { ...gate, features: ['elsewhere'] } },
    'a regime without a rule': { rules: { rise: 'up', fall: 'down' } },
    'a rule for a model that is not there': { rules: { rise: 'up', fall: 'down', storm: 'sail' } },
    'a gate of other regimes': { gate: { ...gate, classes: ['rise', 'fall'] } },
    'a gate of another fold': { gate: { ...gate, members: [{ ...gate.members[0], fold: 1 }] } },
  };
  for (const [what, change] of Object.entries(wrong)) {
    const written = () => writeArtifact(folder, { ...artifact, composition: { ...composition, ...change } });
    assert.throws(written, /a gate and a network of each of its models/, what);
  }
  const record = JSON.parse(readFileSync(join(folder, hash, 'model.json'), 'utf8'));
  record.composition.gate.members.push(record.composition.gate.members[0]);
  const text = JSON.stringify(record);
  const copy = join(folder, sha256(text));
  cpSync(join(folder, hash), copy, { recursive: true });
  writeFileSync(join(copy, 'model.json'), text);
  assert.throws(() => readArtifact(folder, sha256(text)), { code: 'corrupt', message: /does not hold the tensors/ });
});
