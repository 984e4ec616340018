import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fillStrengths, rawOutputs } from '@stratlab/models/anfis/inference.ts';
import { type AnfisSpec, layoutOf, partsOf } from '@stratlab/models/anfis/layout.ts';
import { memberships } from '@stratlab/models/anfis/membership.ts';
import { anfisNetwork } from '@stratlab/models/anfis/network.ts';
import { fillPremiseGradient } from '@stratlab/models/anfis/premise-gradient.ts';
import { rulesOf } from '@stratlab/models/anfis/rules.ts';
import { trainAnfis } from '@stratlab/models/anfis/train.ts';
import type { Dataset } from '@stratlab/models/engine.ts';
import { modelSpecSchema } from '@stratlab/models/spec.ts';
import { z } from 'zod';
import { referenceTable, referenceText, withoutReference } from '../reference.ts';

const bell = z.tuple([z.number(), z.number(), z.number()]);
const referenceSchema = z.object({
  sinc: z.object({
    initial_premise: z.array(bell),
    initial_lse_rmse: z.number(),
    gradient_dSSE_dpremise_at_initial: z.array(z.array(bell)),
  }),
  three_input: z.object({
    initial_premise: z.array(bell),
    initial_lse: z.record(z.string(), z.number()),
    published: z.object({ ape_train: z.number(), ape_check: z.number(), parameters: z.number() }),
  }),
  mackey_glass: z.object({
    initial_premise: z.array(bell),
    initial_lse: z.record(z.string(), z.number()),
    published: z.object({ parameters: z.number() }),
  }),
});

function reference() {
  return z.object({ anfis: referenceSchema }).parse(JSON.parse(referenceText('reference/fuzzy_vectors.json'))).anfis;
}

function specOf(inputs: number, sets: number, epochs: number, stepSize: number): AnfisSpec {
  const spec = modelSpecSchema.parse({
    type: 'anfis',
    inputs,
    outputs: 1,
    task: 'regression',
    seed: 1,
    partition: 'grid',
    sets,
    rules: 2,
    membership: 'bell',
    consequent: 'linear',
    epochs,
    stepSize,
    earlyStopping: null,
  });
  assert(spec.type === 'anfis');
  return spec;
}

function dataset(points: number[][], target: (point: number[], row: number) => number): Dataset {
  const targets = Float64Array.from(points, target);
  return { rows: points.length, features: Float64Array.from(points.flat()), targets, weights: null };
}

async function fitted(spec: AnfisSpec, train: Dataset): Promise<Float64Array> {
  return (await trainAnfis(spec, { train, validation: null }, { onEpoch() {} })).weights;
}

function errorsOf(spec: AnfisSpec, weights: Float64Array, data: Dataset): Float64Array {
  return anfisNetwork.outputs(spec, weights, data.features, data.rows).map((y, row) => y - data.targets[row]);
}

function rmse(spec: AnfisSpec, weights: Float64Array, data: Dataset): number {
  return Math.sqrt(errorsOf(spec, weights, data).reduce((sum, error) => sum + error ** 2, 0) / data.rows);
}

/** Jang's average percentage error. */
function ape(spec: AnfisSpec, weights: Float64Array, data: Dataset): number {
  const shares = errorsOf(spec, weights, data).map((error, row) => Math.abs(error / data.targets[row]));
  return (100 * shares.reduce((sum, share) => sum + share, 0)) / data.rows;
}

function close(actual: number, expected: number, tolerance = 1e-6): void {
  assert(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);
}

/** The sets of every input are those of the reference, which writes bells as width, slope, centre. */
function assertPremises(spec: AnfisSpec, weights: Float64Array, expected: z.infer<typeof bell>[]): void {
  for (const { set, centre, width, slope } of rulesOf(spec, weights).sets) {
    [width, slope, centre].forEach((value, i) => {
      assert(value !== null);
      close(value, expected[set][i]);
    });
  }
}

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(x) / x);

function sincData(): Dataset {
  const axis = Array.from({ length: 11 }, (_, i) => 2 * i - 10);
  return dataset(
    axis.flatMap((x) => axis.map((y) => [x, y])),
    ([x, y]) => sinc(x) * sinc(y),
  );
}

function threeInputs(from: number, count: number): Dataset {
  const axis = Array.from({ length: count }, (_, i) => from + i);
  const points = axis.flatMap((x) => axis.flatMap((y) => axis.map((w) => [x, y, w])));
  return dataset(points, ([x, y, w]) => (1 + x ** 0.5 + y ** -1 + w ** -1.5) ** 2);
}

function mackeyGlass(): { train: Dataset; check: Dataset } {
  const { columns, values } = referenceTable('reference/anfis_mackey_glass.csv.gz');
  const rows = Array.from(values.x_t, (_, row) => columns.map((column) => values[column][row]));
  const part = (from: number, to: number) => {
    const own = rows.slice(from, to);
    return dataset(
      own.map((row) => row.slice(0, 4)),
      (_, row) => own[row][4],
    );
  };
  return { train: part(0, 500), check: part(500, 1000) };
}

test('the first least squares of sinc are those of the reference', { skip: withoutReference }, async () => {
  const { sinc: expected } = reference();
  const spec = specOf(2, 4, 1, 0.1);
  const data = sincData();
  const weights = await fitted(spec, data);
  assertPremises(spec, weights, expected.initial_premise);
  close(rmse(spec, weights, data), expected.initial_lse_rmse);
});

test('the first gradient of sinc is that of the reference', { skip: withoutReference }, async () => {
  const spec = specOf(2, 4, 1, 0.1);
  const layout = layoutOf(spec);
  const data = sincData();
  const { premises, consequents } = partsOf(layout, await fitted(spec, data));
  const strengths = new Float64Array(data.rows * layout.rules);
  fillStrengths(strengths, layout, memberships.bell, premises, data.features, data.rows);
  const outputs = rawOutputs(layout, strengths, consequents, data.features, data.rows);
  const errors = outputs.map((output, row) => output - data.targets[row]);
  const gradient = new Float64Array(layout.premiseCount);
  fillPremiseGradient(gradient, layout, memberships.bell, data, { premises, consequents, strengths, errors });
  reference().sinc.gradient_dSSE_dpremise_at_initial.forEach((sets, input) => {
    sets.forEach(([width, slope, centre], set) => {
      const at = (input * 4 + set) * 3;
      [centre, width, slope].forEach((value, i) => {
        close(gradient[at + i], value, 1e-9);
      });
    });
  });
});

test('sinc on 4 x 4 rules is learned to an RMSE of 0.0093 in 250 epochs', async () => {
  const spec = specOf(2, 4, 250, 0.05);
  const data = sincData();
  const error = rmse(spec, await fitted(spec, data), data);
  assert(error <= 0.0093, `RMSE ${error}`);
});

test('the first least squares of the three-input function are the reference', { skip: withoutReference }, async () => {
  const { initial_lse: expected, initial_premise, published } = reference().three_input;
  const spec = specOf(3, 2, 1, 0.1);
  const [train, check] = [threeInputs(1, 6), threeInputs(1.5, 5)];
  const weights = await fitted(spec, train);
  assert.equal(weights.length, published.parameters);
  assertPremises(spec, weights, initial_premise);
  close(ape(spec, weights, train), expected.ape_train);
  close(ape(spec, weights, check), expected.ape_check);
  close(rmse(spec, weights, train), expected.rmse_train);
  close(rmse(spec, weights, check), expected.rmse_check);
});

test('the three-input function is learned as well as by Jang in 200 epochs', { skip: withoutReference }, async () => {
  const { published } = reference().three_input;
  const spec = specOf(3, 2, 200, 0.1);
  const train = threeInputs(1, 6);
  const weights = await fitted(spec, train);
  const errors = [ape(spec, weights, train), ape(spec, weights, threeInputs(1.5, 5))];
  assert(errors[0] <= published.ape_train, `training APE ${errors[0]} %`);
  assert(errors[1] <= published.ape_check, `checking APE ${errors[1]} %`);
});

test('the first least squares of Mackey-Glass are those of the reference', { skip: withoutReference }, async () => {
  const { initial_lse: expected, initial_premise, published } = reference().mackey_glass;
  const spec = specOf(4, 2, 1, 0.01);
  const { train, check } = mackeyGlass();
  const weights = await fitted(spec, train);
  assert.equal(weights.length, published.parameters);
  assertPremises(spec, weights, initial_premise);
  close(rmse(spec, weights, train), expected.rmse_train);
  close(rmse(spec, weights, check), expected.rmse_check);
});

test('Mackey-Glass is learned to an RMSE of 0.0016, checked 0.003', { skip: withoutReference }, async () => {
  const spec = specOf(4, 2, 500, 0.01);
  const { train, check } = mackeyGlass();
  const weights = await fitted(spec, train);
  const errors = [rmse(spec, weights, train), rmse(spec, weights, check)];
  assert(errors[0] <= 0.0016, `training RMSE ${errors[0]}`);
  assert(errors[1] <= 0.003, `checking RMSE ${errors[1]}`);
});
