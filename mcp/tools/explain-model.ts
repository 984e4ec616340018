import type { explainModel } from '@stratlab/lab/explain-model.ts';
import { z } from 'zod';
import { defineTool } from '../tool.ts';

const figure = z.number().nullable();
const interval = z.array(z.number()).length(2).nullable();
const rule = z.object({
  rule: z.string(),
  support: z.number(),
  rows: z.number(),
  confidence: figure,
  accuracy: figure,
  profit: figure,
});

export const explainModelTool = defineTool({
  name: 'explain_model',
  title: 'Explain a model',
  toolset: 'training',
  description: {
    does: 'Says what a model goes by: rules in words, importance of its features, and where it is right and wrong.',
    useWhen:
      'a model is trained and you want to know what it learnt, from its test rows; looking again costs no trial. The first rule that holds decides (of an ANFIS all do). Support: share of rows; confidence: how often the model says so; accuracy: how often that was right; profit: mean return to the bar that settles the label, before costs, a fraction. Intervals are of 90 %.',
    next: 'get_chart with kind reliability, run_backtest with model_id.',
    example: { model_id: 'model_2h7k9m4qxw' },
  },
  input: z.strictObject({ model_id: z.string().describe('model_…') }),
  output: z.object({
    model_id: z.string(),
    strategy_name: z.string(),
    version: z.int(),
    part: z.enum(['test', 'validation', 'train']),
    span: z.object({ start: z.string(), end: z.string() }),
    rules_kind: z.enum(['own', 'induced']),
    fidelity: z.number(),
    constant_fidelity: z.number(),
    rules: z.array(rule),
    otherwise: rule.nullable(),
    feature_importance: z.array(
      z.object({
        feature: z.string(),
        loss_rise: z.number(),
        loss_interval: interval,
        includes_zero: z.boolean().nullable(),
        accuracy_drop: z.number(),
        accuracy_interval: interval,
      }),
    ),
    importance_repeats: z.int(),
    accuracy: z.object({
      rows: z.int(),
      accuracy: z.number(),
      interval,
      majority_class: z.string(),
      majority_class_accuracy: z.number(),
      lead: z.number(),
      lead_interval: interval,
      balanced_accuracy: z.number(),
    }),
    classes: z.array(z.string()),
    confusion: z.array(z.array(z.int())),
    by_regime: z.array(
      z.object({
        regime: z.string(),
        rows: z.int(),
        accuracy: figure,
        majority_class_accuracy: figure,
        profit: figure,
      }),
    ),
    composition: z
      .object({
        routing: z.enum(['soft', 'hard']),
        gate: z.record(z.string(), figure),
        regimes: z.array(
          z.object({
            regime: z.string(),
            decides: z.string(),
            rows: z.int(),
            came_true: figure,
            accuracy: figure,
            majority_class_accuracy: figure,
            profit: figure,
          }),
        ),
      })
      .nullable()
      .describe('One model per regime: how well the gate names regimes, and how the models do where it names each'),
    reliability: z.object({ columns: z.array(z.string()), rows: z.array(z.array(z.number())) }),
    calibration_error: figure,
    brier: z
      .object({
        score: z.number(),
        reliability: z.number(),
        resolution: z.number(),
        uncertainty: z.number(),
        within_bins: z.number(),
      })
      .nullable(),
    undefined_because: z.array(z.string()),
  }),
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  async run(lab, input, { signal }) {
    const { explainModel: explain } = await import('@stratlab/lab/explain-model.ts');
    const explained = await explain(lab, input, signal);
    const { strategy_name, version, model_id, part, accuracy, rules_kind, fidelity } = explained;
    const rules = rules_kind === 'own' ? 'its strongest rule alone says' : 'the rules say';
    return {
      summary: `${verdictOn(accuracy)} on the ${part} rows; ${rules} the same as the model in ${percent(fidelity)}.`,
      ...explained,
      next: [
        ...(explained.calibration_error === null
          ? []
          : [{ tool: 'get_chart', arguments: { id: model_id, kind: 'reliability' } }]),
        { tool: 'run_backtest', arguments: { strategy_name, version, model_id } },
      ],
    };
  },
});

type Accuracy = Awaited<ReturnType<typeof explainModel>>['accuracy'];

function verdictOn({ accuracy, majority_class, majority_class_accuracy, lead, lead_interval }: Accuracy): string {
  const sure = lead_interval !== null && lead_interval[0] * lead_interval[1] > 0;
  const how = !sure ? 'not told apart from' : lead > 0 ? 'better than' : 'worse than';
  return `Right in ${percent(accuracy)}, ${how} always naming ${majority_class} (${percent(majority_class_accuracy)}),`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
