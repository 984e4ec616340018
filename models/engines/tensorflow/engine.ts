import type { TrainingEngine } from '../../engine.ts';
import { networkOf } from '../../networks/index.ts';
import { sizeOf } from '../../networks/layout.ts';
import { isNeural } from '../../networks/neural-network.ts';
import type { NeuralSpec } from '../../spec.ts';
import { fitsTask } from '../losses.ts';
import { trainStacked } from '../stacked/train-stack.ts';
import { TensorFlowDescent } from './descent.ts';
import { loadTensorFlow, probeTensorFlow } from './packages.ts';

/** Numbers that a stack may take on the device: 1 GiB in float32. */
const allowedNumbers = 2 ** 28;

/** TensorFlow.js, on the best of its backends that is installed; loaded when first asked to train. */
export const tensorFlowEngine: TrainingEngine = {
  id: 'tensorflow',
  probe: probeTensorFlow,
  supports: (spec) => isNeural(spec) && fitsTask(spec),
  async train(spec, data, hooks) {
    const [trained] = await tensorFlowEngine.trainMany([{ spec, data, hooks }]);
    return trained;
  },
  async trainMany(jobs) {
    if (jobs.length === 0) return [];
    const tf = await loadTensorFlow();
    return trainStacked(
      {
        id: 'tensorflow',
        room: (spec) => Math.floor(allowedNumbers / numbersPerModel(spec)),
        start: (stack, states) => new TensorFlowDescent(tf, stack, states),
      },
      jobs,
    );
  },
};

/** About what one model of a stack takes during a step: weights, gradient and moments, and all that a batch leaves. */
function numbersPerModel(spec: NeuralSpec): number {
  const weights = sizeOf(networkOf(spec).tensors(spec));
  return 12 * weights + spec.batchSize * (spec.inputs + unitsOf(spec));
}

/** Numbers that a row leaves behind on its way forward and backward. */
function unitsOf(spec: NeuralSpec): number {
  switch (spec.type) {
    case 'logistic':
      return 6 * spec.outputs;
    case 'mlp':
      return 6 * (spec.outputs + spec.hiddenLayers.reduce((sum, units) => sum + units, 0));
    default:
      return 30 * spec.sequenceLength * spec.layers * spec.hiddenSize;
  }
}
