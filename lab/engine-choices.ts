import { completeTraining, modelSpec, trainingBlockSchema } from '@stratlab/models/document.ts';
import { expectedMs } from '@stratlab/models/engines/cost.ts';
import { automaticEngines, chooseEngine, engines } from '@stratlab/models/engines/index.ts';
import { lookbackOf, modelBlockSchema, networkTypes } from '@stratlab/models/model-block.ts';
import type { ModelSpec } from '@stratlab/models/spec.ts';
import { z } from 'zod';

/** What the choice is shown for: so many training rows and features, classes long, flat and short. */
const rows = 10_000;
const features = 24;
const classes = 3;

/** Every engine, whether it can run here, and if not why. */
export function engineStates() {
  return engines.map((engine) => ({ id: engine.id, ...engine.probe() }));
}

/** Which engine would train a model of each type with the grammar's defaults, and why: the time each is expected to take. */
export function engineChoices() {
  return networkTypes.map((type) => {
    const spec = usualSpec(type);
    const able = automaticEngines.filter((engine) => engine.supports(spec) && engine.probe().available);
    return {
      model: type,
      rows,
      engine: chooseEngine(spec, 'auto', rows).id,
      expected_ms: Object.fromEntries(able.map(({ id }) => [id, Math.round(expectedMs(spec, rows, id))])),
    };
  });
}

const usual = z
  .strictObject({ model: modelBlockSchema, training: trainingBlockSchema.prefault({}) })
  .transform(({ model, training }, context) => {
    const complete = completeTraining({ model, training }, context);
    return complete === null ? z.NEVER : { model, training: complete };
  });

function usualSpec(type: string): ModelSpec {
  const { model, training } = usual.parse({ model: { type } });
  return modelSpec(model, training, features * (lookbackOf(model) + 1), classes);
}
