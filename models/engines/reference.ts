import { trainAnfis } from '../anfis/train.ts';
import { trainBoosting } from '../boosting/train.ts';
import type { TrainedNetwork, TrainingData, TrainingEngine, TrainingHooks } from '../engine.ts';
import { isNeural } from '../networks/neural-network.ts';
import type { ModelSpec } from '../spec.ts';
import { markedHooks } from './checkpoints.ts';
import { trainByDescent } from './descent.ts';
import { fitsTask } from './losses.ts';

/** The plain float64 engine that the others are held against; every model, one after another. */
export const referenceEngine: TrainingEngine = {
  id: 'reference',
  probe: () => ({ available: true, reason: 'Plain TypeScript; runs everywhere.' }),
  supports: (spec) => ('loss' in spec ? fitsTask(spec) : spec.task === 'classification' || spec.outputs === 1),
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
