import { trainAnfis } from '../anfis/train.ts';
import { trainBoosting } from '../boosting/train.ts';
import type { TrainedNetwork, TrainingData, TrainingEngine, TrainingHooks } from '../engine.ts';
import { isNeural } from '../networks/neural-network.ts';
import type { ModelSpec, NeuralSpec } from '../spec.ts';
import { markedHooks } from './checkpoints.ts';
import { trainByDescent } from './descent.ts';

const losses: Readonly<Record<ModelSpec['task'], readonly NeuralSpec['loss'][]>> = {
  classification: ['cross_entropy', 'focal'],
  regression: ['mse', 'huber'],
};

/** The plain float64 engine that the others are held against; every model, one after another. */
export const referenceEngine: TrainingEngine = {
  id: 'reference',
  probe: () => ({ available: true, reason: 'Plain TypeScript; runs everywhere.' }),
  supports(spec) {
    if (spec.task === 'regression' && spec.outputs !== 1) return false;
    return 'loss' in spec ? losses[spec.task].includes(spec.loss) : true;
  },
  async train(spec, data, hooks) {
    return learn(spec, data, markedHooks('reference', spec, data, hooks));
  },
  async trainMany(jobs) {
    const trained: TrainedNetwork[] = [];
    for (const { spec, data, hooks } of jobs) trained.push(await referenceEngine.train(spec, data, hooks));
    return trained;
  },
};

function learn(spec: ModelSpec, data: TrainingData, hooks: TrainingHooks): Promise<TrainedNetwork> {
  if (isNeural(spec)) return trainByDescent(spec, data, hooks);
  return spec.type === 'anfis' ? trainAnfis(spec, data, hooks) : trainBoosting(spec, data, hooks);
}
