import { type FeatureInput, featureInputSchema } from '@stratlab/strategies/document.ts';
import { namesSides } from '@stratlab/strategies/label-kind.ts';
import { parseLabel } from '@stratlab/strategies/labels/index.ts';
import { z } from 'zod';
import { expertsOf, type Routing } from './composition.ts';
import { asked, completeNetwork, type GivenTraining, type NetworkTraining, trainingBlockSchema } from './document.ts';
import { type ModelBlock, modelBlockSchema } from './model-block.ts';

const word = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, {
  error: 'The model of a regime is named by lower-case letters, digits and _: trend; flat does nothing.',
});

/** A gate learns on the folds of its strategy, by its seed, in as many networks. */
const gateTraining = trainingBlockSchema.omit({ validation: true, ensemble: true, seed: true });

const hardSettings = z.strictObject({
  regime_threshold: z
    .number()
    .min(0)
    .max(1)
    .describe('Of routing hard: no trade where no regime is so likely')
    .default(0.4),
  stability_bars: z
    .int()
    .min(1)
    .max(10_000)
    .describe('Of routing hard: bars on which a new regime must be the likeliest before decisions follow it')
    .default(3),
  on_regime_transition: z
    .enum(['let_run', 'close_and_switch'])
    .describe('Of routing hard: a position is left to the new model, or closed first')
    .default('let_run'),
});

/** The `composition:` block of a strategy document as it is given. */
export const compositionBlockSchema = z.strictObject({
  type: z
    .literal('regime_route', { error: 'Only regime_route is built.' })
    .default('regime_route')
    .describe('A gate says which regime it is, and the model of that regime decides'),
  gate: z.strictObject({
    model: modelBlockSchema.optional().describe('Default: the network of model'),
    nn_inputs: z.array(featureInputSchema).min(1).max(256).optional().describe('Default: those of the strategy'),
    training: gateTraining
      .extend({ labels: gateTraining.shape.labels.unwrap().prefault({ source: 'regime' }) })
      .prefault({})
      .describe('As training; labels regime or context'),
  }),
  rules: z
    .record(z.string(), word)
    .default({})
    .describe(
      'regime: name of a model, or flat for no trade; regimes of one name share a model. Default: one for each',
    ),
  routing: z
    .enum(['soft', 'hard'])
    .default('soft')
    .describe("soft: each model by its regimes' probability; hard: the likeliest regime's alone"),
  regime_threshold: asked(hardSettings.shape.regime_threshold),
  stability_bars: asked(hardSettings.shape.stability_bars),
  on_regime_transition: asked(hardSettings.shape.on_regime_transition),
});
type GivenComposition = z.output<typeof compositionBlockSchema>;
type HardSettings = z.output<typeof hardSettings>;

/** A complete `composition:` block: every default filled in, a model or `flat` for each regime. */
export type CompositionBlock = Pick<GivenComposition, 'type'> & {
  readonly gate: { readonly model: ModelBlock; readonly nn_inputs: FeatureInput[]; readonly training: NetworkTraining };
  readonly rules: Readonly<Record<string, string>>;
} & ({ readonly routing: 'soft' } | ({ readonly routing: 'hard' } & HardSettings));

interface Composed {
  model: ModelBlock | null;
  training: GivenTraining | null;
  nn_inputs: FeatureInput[];
  composition: GivenComposition | null;
}

/**
 * A document's composition with the defaults of its blocks. What does not go together is added to the issues of
 * `context`, at its place in the document.
 */
export function completeComposition(
  { model, training, nn_inputs, composition }: Composed,
  context: z.RefinementCtx,
): CompositionBlock | null {
  if (composition === null || model === null || training === null) return null;
  const { type, gate, rules, routing, ...hard } = composition;
  const gateModel = gate.model ?? model;
  const taught = completeNetwork(gateModel, gate.training, context, ['composition', 'gate', 'training']);
  const refuse = (path: string[], message: string, input: unknown) =>
    context.addIssue({ code: 'custom', path, message, input });
  const regimes = namesOfRegimes(gate.training.labels, refuse);
  if (taught === null || regimes === null) return z.NEVER;
  refuseStates(training.labels, refuse);
  const complete = {
    type,
    gate: { model: gateModel, nn_inputs: gate.nn_inputs ?? nn_inputs, training: taught },
    rules: completeRules(rules, regimes, refuse),
  };
  if (routing === 'hard') return { ...complete, routing, ...hardSettings.parse(withoutAbsent(hard)) };
  for (const [key, value] of Object.entries(withoutAbsent(hard)))
    refuse(['composition', key], 'It belongs to routing: hard; this one is soft.', value);
  return { ...complete, routing };
}

type Refuse = (path: string[], message: string, input: unknown) => void;

/** Null where the labels name none. */
function namesOfRegimes(labels: unknown, refuse: Refuse): readonly string[] | null {
  const label = parseLabel(labels, '');
  if ('problems' in label) return null;
  if (label.classes !== null && !namesSides(label.classes)) return label.classes;
  const message = `A gate learns regimes, and ${label.source} names none. Use source: regime or context.`;
  refuse(['composition', 'gate', 'training', 'labels', 'source'], message, labels);
  return null;
}

function refuseStates(labels: unknown, refuse: Refuse): void {
  const label = parseLabel(labels, '');
  if ('problems' in label || label.classes === null || namesSides(label.classes)) return;
  const message = `The models behind a gate are traded, and ${label.source} names no side to take. Use next_direction, triple_barrier, zigzag or forward_return.`;
  refuse(['training', 'labels', 'source'], message, labels);
}

function completeRules(
  rules: Readonly<Record<string, string>>,
  regimes: readonly string[],
  refuse: Refuse,
): Record<string, string> {
  for (const key of Object.keys(rules)) {
    if (regimes.includes(key)) continue;
    refuse(['composition', 'rules', key], `The gate knows no regime "${key}". It names ${regimes.join(', ')}.`, rules);
  }
  const complete = Object.fromEntries(regimes.map((regime) => [regime, rules[regime] ?? regime]));
  if (expertsOf({ regimes, rules: complete }).length === 0)
    refuse(['composition', 'rules'], 'Every regime is flat: it would never trade.', rules);
  return complete;
}

function withoutAbsent(settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** How the models' answers are put together. */
export function routingOf(block: CompositionBlock): Routing {
  if (block.routing === 'soft') return { kind: 'soft' };
  const { regime_threshold: threshold, stability_bars: stabilityBars, on_regime_transition: transition } = block;
  return { kind: 'hard', threshold, stabilityBars, closesAtSwitch: transition === 'close_and_switch' };
}
