import { getModel } from '@stratlab/lab/get-model.ts';
import { z } from 'zod';
import { defineTool } from '../tool.ts';

const figure = z.number().nullable();
const figures = z.record(z.string(), z.unknown()).nullable();
const segment = z.object({ rows: z.int(), purged: z.int(), start: z.string(), end: z.string() }).nullable();

export const getModelTool = defineTool({
  name: 'get_model',
  title: 'Look at a model',
  toolset: 'training',
  description: {
    does: 'Shows a model: figures per part beside the majority class, loss curve, features, and all it was made from.',
    useWhen: 'you want to know whether a model learnt anything, or how it came about.',
    next: 'run_backtest with model_id, get_chart with kind loss.',
    example: { model_id: 'model_2h7k9m4qxw' },
  },
  input: z.strictObject({ model_id: z.string().describe('model_…') }),
  output: z.object({
    model_id: z.string(),
    strategy_name: z.string(),
    version: z.int(),
    symbols: z.array(z.string()),
    timeframe: z.string(),
    engine: z.string(),
    seed: z.int(),
    metrics: z.object({ train: figures, validation: figures, test: figures }),
    folds: z.array(z.record(z.string(), z.unknown())),
    paths: z.array(z.record(z.string(), figure)),
    validation: z.object({ method: z.string(), forward: z.boolean() }),
    temperature: z.number(),
    segments: z.object({ train: segment, validation: segment, test: segment }),
    loss: z.object({ columns: z.array(z.string()), rows: z.array(z.array(figure)) }),
    best_epoch: z.int(),
    stopped_early: z.boolean(),
    features: z.array(z.string()),
    fitted_sets: z
      .array(z.object({ feature: z.string(), left: figure, peak: z.number(), right: figure }))
      .describe('Of auto: membership 1 at peak, 0 at left and right'),
    classes: z.array(z.string()).nullable(),
    architecture: z.record(z.string(), z.unknown()),
    composition: z
      .object({
        rules: z.record(z.string(), z.string()),
        routing: z.record(z.string(), z.unknown()),
        gate: z.record(z.string(), z.unknown()),
      })
      .nullable()
      .describe('One model per regime: which decides in each, and the gate that names them'),
    context: z.array(z.object({ symbol: z.string(), timeframe: z.string(), hash: z.string() })),
    fingerprint: z.string(),
    artifact_hash: z.string(),
    artifact_folder: z.string(),
    data: z.array(
      z.object({ symbol: z.string(), timeframe: z.string(), hash: z.string(), start: z.string(), end: z.string() }),
    ),
    code_version: z.string(),
    created_at: z.string(),
    experiment_id: z.string().nullable(),
  }),
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  run(lab, input) {
    const model = getModel(lab, input);
    const { test } = model.metrics;
    const words =
      test === null
        ? 'It has no test part.'
        : 'accuracy' in test
          ? `Test accuracy ${share(test.accuracy)}, most frequent class ${share(test.majority_class_accuracy)}.`
          : `Test loss ${test.loss}.`;
    return {
      summary: `${model.strategy_name} v${model.version} on ${model.symbols.join(', ')} ${model.timeframe}: ${words}`,
      ...model,
      warnings: leftOut(model),
      next: [
        {
          tool: 'run_backtest',
          arguments: { strategy_name: model.strategy_name, version: model.version, model_id: model.model_id },
        },
      ],
    };
  },
});

function share(value: number | null): string {
  return value === null ? 'unknown' : `${(100 * value).toFixed(1)} %`;
}

function leftOut({ folds, architecture }: ReturnType<typeof getModel>): string[] {
  const { networks } = architecture;
  return networks > folds.length
    ? [`Only the first ${folds.length} of ${networks} networks are shown one by one.`]
    : [];
}
