import { LabError } from '@stratlab/data/error.ts';
import { formatInstant } from '@stratlab/data/instant.ts';
import { type ArtifactMember, networksOf } from '@stratlab/models/artifact.ts';
import { classMetrics } from '@stratlab/models/class-metrics.ts';
import { newestMember } from '@stratlab/models/ensemble.ts';
import { type Accuracy, accuracyOf, hitsOf } from '@stratlab/models/explanation/accuracy.ts';
import { anfisExplanation } from '@stratlab/models/explanation/anfis-rules.ts';
import { blocksOf } from '@stratlab/models/explanation/blocks.ts';
import { type Brier, brierOf } from '@stratlab/models/explanation/brier.ts';
import { byGate } from '@stratlab/models/explanation/by-gate.ts';
import { byRegime } from '@stratlab/models/explanation/by-regime.ts';
import { type Importance, permutationImportance } from '@stratlab/models/explanation/importance.ts';
import { induceExplanation } from '@stratlab/models/explanation/induced-explanation.ts';
import { type Reliability, reliabilityOf, topProbabilities } from '@stratlab/models/explanation/reliability.ts';
import { classesSaid, type Outcome, outcomeOf, type Task } from '@stratlab/models/explanation/task.ts';
import { featureGroups, inputWords, variablesOf } from '@stratlab/models/explanation/variables.ts';
import { applyMemberships } from '@stratlab/models/normalisation.ts';
import { featureScales, regimeProbabilities } from '@stratlab/models/trained-model.ts';
import { type ExplainedSample, explainedSample, forecastAt, type ModelRows, rowsAt } from './explained-sample.ts';
import {
  accuracyFields,
  calibrationFields,
  importanceFields,
  namedRegimeFields,
  type RuleFields,
  regimeFields,
  ruleFields,
} from './explanation-fields.ts';
import { planExplanation } from './explanation-plan.ts';
import type { Lab } from './lab.ts';
import { shown } from './shown-folds.ts';

const mostImportances = 20;
/** Of the permutations and bootstraps: the same model is always explained in the same figures. */
const seed = 1;

interface Judged {
  sample: ExplainedSample;
  rows: ModelRows;
  task: Task;
  predictions: Float64Array;
  outcome: Outcome;
}

/**
 * What a model goes by and where it is right, on its test rows. They were looked at, and counted as a trial, when it was
 * trained: explaining is no new one.
 */
export async function explainModel(lab: Lab, input: { model_id: string }, signal: AbortSignal) {
  const sample = explainedSample(lab, input.model_id);
  const { row, artifact, explained, span, part, features } = sample;
  const groups = featureGroups(variablesOf(features, sample.timeframe));
  const plan = planExplanation(networksOf(artifact), explained.time.length, groups.length);
  const rows = rowsAt(explained, features.length, plan.explained);
  const judged = judge(sample, rows);
  const blocks = blocksOf(rows.time.length, span);
  const rules = explainRules(judged, plan.mostTaught);
  const importance = await importanceOf(judged, plan, () => nextTurn(signal));
  const accuracy = accuracyOf(judged.outcome, blocks, seed);
  return {
    model_id: row.id,
    strategy_name: row.strategyName,
    version: row.strategyVersion,
    part,
    span: { start: formatInstant(rows.time[0]), end: formatInstant(rows.time[rows.time.length - 1]) },
    ...accuracyFields(accuracy),
    ...rules.fields,
    feature_importance: importance.slice(0, mostImportances).map(importanceFields),
    importance_repeats: plan.repeats,
    classes: [...judged.outcome.classes],
    ...calibrationFields(topReliability(judged), brierOfClasses(judged)),
    by_regime: byRegime(judged.outcome, rows.forward, rows).map(regimeFields),
    composition: compositionOf(judged),
    undefined_because: reasonsOf(judged, accuracy),
    warnings: [...sample.warnings, ...rules.warnings, ...plan.warnings, ...leftOut(importance.length)],
  };
}

/** How the probabilities of a classifier's likeliest class come true; null for a regression, which has none. */
export function modelReliability(lab: Lab, modelId: string) {
  const sample = explainedSample(lab, modelId);
  const { row, part, explained, artifact, features } = sample;
  const { explained: places } = planExplanation(networksOf(artifact), explained.time.length, 1);
  return { row, part, reliability: topReliability(judge(sample, rowsAt(explained, features.length, places))) };
}

function judge(sample: ExplainedSample, rows: ModelRows): Judged {
  const task = { classes: sample.artifact.classes, targets: rows.targets };
  const predictions = forecastAt(sample.artifact, rows.time)(rows.features);
  return { sample, rows, task, predictions, outcome: outcomeOf(task, predictions) };
}

function topReliability({ task: { classes }, predictions, outcome }: Judged): Reliability | null {
  if (classes === null) return null;
  return reliabilityOf(topProbabilities(predictions, classes.length), hitsOf(outcome.said, outcome.truth));
}

function brierOfClasses({ task: { classes }, predictions, outcome }: Judged): Brier | null {
  return classes === null ? null : brierOf(predictions, outcome.truth, classes.length);
}

/** Rules of its own where the model is one ANFIS; else rules that its answers on earlier rows teach. */
function explainRules(judged: Judged, mostTaught: number): { fields: RuleFields; warnings: string[] } {
  const { sample, rows, outcome } = judged;
  const { artifact, features, timeframe } = sample;
  const member = newestMember(artifact);
  if (member.spec.type === 'anfis' && artifact.members.length === 1 && artifact.composition === undefined) {
    const words = features.map((feature) => inputWords(feature, timeframe));
    const seen = { features: rows.features, outcome, forward: rows.forward };
    return { fields: ruleFields('own', anfisExplanation(member.spec, member, words, seen)), warnings: [] };
  }
  const { taught, from, warnings } = taughtRows(judged, mostTaught);
  const said = classesSaid(judged.task, forecastAt(artifact, taught.time)(taught.features));
  const width = features.length;
  const normalisation = featureScales(artifact);
  const seen = (raw: Float64Array) => applyMemberships(normalisation, raw);
  const told = induceExplanation(
    variablesOf(features, timeframe, normalisation),
    width,
    { features: seen(taught.features), said },
    {
      features: seen(rows.features.subarray(from * width)),
      forward: rows.forward.subarray(from),
      outcome: { ...outcome, said: outcome.said.subarray(from), truth: outcome.truth.subarray(from) },
    },
  );
  return { fields: ruleFields('induced', told), warnings: [...warnings, ...severalPartitions(artifact.members)] };
}

/** How well a gate names the regimes of the rows, and how the models do where it names each; null without a gate. */
function compositionOf({ sample: { artifact }, rows, outcome }: Judged) {
  const { composition } = artifact;
  const regimes = regimeProbabilities(artifact, rows.features, rows.time);
  if (composition === undefined || regimes === null) return null;
  const { gate, rules, routing } = composition;
  const { rows: _, loss: __, ...named } = shown(classMetrics(regimes, rows.regime, gate.classes.length));
  const said = outcomeOf({ classes: gate.classes, targets: rows.regime }, regimes);
  return {
    routing: routing.kind,
    gate: named,
    regimes: byGate(said, outcome, rows.forward).map((found) => namedRegimeFields(found, rules[found.regime])),
  };
}

/** Where networks have sets of their own, rules can speak of one network's only. */
function severalPartitions(members: readonly ArtifactMember[]): string[] {
  const fitted = (member: ArtifactMember) =>
    JSON.stringify(member.normalisation.filter(({ method }) => method === 'membership'));
  const [first, ...others] = members.map(fitted);
  if (others.every((other) => other === first)) return [];
  return ['Each fold fitted its own sets: the rules speak of those of the newest.'];
}

const leastTaught = 200;

/** The rows before the explained ones, thinned evenly; where they are few, the first half of the explained ones. */
function taughtRows({ sample, rows }: Judged, most: number): { taught: ModelRows; from: number; warnings: string[] } {
  const width = sample.features.length;
  const count = sample.before.time.length;
  if (count >= leastTaught) {
    const step = Math.ceil(count / most);
    const places = Array.from({ length: Math.floor(count / step) }, (_, k) => k * step);
    return { taught: rowsAt(sample.before, width, places), from: 0, warnings: [] };
  }
  const half = Math.floor(rows.time.length / 2);
  const places = Array.from({ length: half }, (_, k) => k);
  const warnings = [
    `Too few rows lie before this part: the rules learn from its first ${half} and are judged on the rest.`,
  ];
  return { taught: rowsAt(rows, width, places), from: half, warnings };
}

async function importanceOf(
  { sample, rows }: Judged,
  plan: { important: readonly number[]; repeats: number },
  pause: () => Promise<void>,
): Promise<Importance[]> {
  if (plan.important.length === 0) return [];
  const width = sample.features.length;
  const own = rowsAt(rows, width, plan.important);
  return permutationImportance({
    forecast: forecastAt(sample.artifact, own.time),
    features: own.features,
    width,
    task: { classes: sample.artifact.classes, targets: own.targets },
    groups: featureGroups(variablesOf(sample.features, sample.timeframe)),
    blocks: blocksOf(own.time.length, sample.span),
    repeats: plan.repeats,
    seed,
    pause,
  });
}

/** Lets other calls in; throws `cancelled` once nobody waits for this one. */
async function nextTurn(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  if (signal.aborted) throw new LabError('cancelled', 'The explanation was cancelled.');
}

function reasonsOf({ task, outcome }: Judged, { interval }: Accuracy): string[] {
  return [
    ...(task.classes === null ? ['A regression gives no probabilities: no reliability, no Brier score.'] : []),
    ...(outcome.classes.includes('long') ? [] : ['No class of this label is a side of the market: no profit.']),
    ...(interval === null ? ['The rows make fewer than ten independent blocks: no intervals.'] : []),
  ];
}

function leftOut(groups: number): string[] {
  return groups <= mostImportances ? [] : [`feature_importance: the first ${mostImportances} of ${groups}.`];
}
