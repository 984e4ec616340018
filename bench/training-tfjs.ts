import type { NeuralSpec } from '@stratlab/models/spec.ts';
import { rowsFor } from './training-shapes.ts';

/** The shapes by TensorFlow.js in plain JavaScript, where it is installed: prints steps a second of each. */
const [, , given, turn] = process.argv;
const shapes: Record<string, { spec: NeuralSpec; rows: number }> = JSON.parse(given);
const turnMs = Number(turn);
const peer = '@tensorflow/tfjs';
const tf = await import(peer);
await tf.setBackend('cpu');
const speeds: Record<string, number> = {};
if (turnMs > 0) {
  for (const [name, { spec, rows }] of Object.entries(shapes)) speeds[name] = await stepsPerSecond(spec, rows);
}
process.stdout.write(JSON.stringify(speeds));

function networkOf(spec: NeuralSpec) {
  const network = tf.sequential();
  if (spec.type === 'mlp') {
    const sizes = [spec.inputs, ...spec.hiddenLayers];
    spec.hiddenLayers.forEach((units, l) => {
      network.add(tf.layers.dense({ units, activation: spec.activation, inputShape: [sizes[l]] }));
    });
  } else if (spec.type === 'lstm') {
    const inputShape = [spec.sequenceLength, spec.inputs / spec.sequenceLength];
    const lstm = { units: spec.hiddenSize, recurrentActivation: 'sigmoid' };
    for (let l = 1; l <= spec.layers; l++) {
      network.add(tf.layers.lstm({ ...lstm, returnSequences: l < spec.layers, ...(l === 1 && { inputShape }) }));
    }
  }
  network.add(tf.layers.dense({ units: spec.outputs, activation: 'softmax' }));
  network.compile({ optimizer: tf.train.adam(spec.learningRate), loss: 'sparseCategoricalCrossentropy' });
  return network;
}

/** Over the same batch again and again: at least two steps, the first of which is not timed. */
async function stepsPerSecond(spec: NeuralSpec, rows: number): Promise<number> {
  const { features, targets } = rowsFor(spec, Math.min(rows, spec.batchSize));
  const network = networkOf(spec);
  const inputs = tf.tensor(Float32Array.from(features), [spec.batchSize, ...network.inputs[0].shape.slice(1)]);
  const classes = tf.tensor1d(Float32Array.from(targets));
  await network.trainOnBatch(inputs, classes);
  const begun = performance.now();
  let steps = 0;
  do {
    await network.trainOnBatch(inputs, classes);
    steps++;
  } while (performance.now() - begun < turnMs);
  return (steps * 1000) / (performance.now() - begun);
}
