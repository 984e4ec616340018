import { held } from '../../anfis/inference.ts';
import { type AnfisSpec, type Layout, layoutOf, partsOf } from '../../anfis/layout.ts';
import type { Graph } from './graph.ts';

/** As in anfis/network.ts and anfis/membership.ts. */
const leastShare = 1e-3;
const leastLogarithm = -1e300;

/** Probabilities (rows x outputs) or the network's regression; operator for operator what anfis/inference.ts does. */
export function anfisOutputs(graph: Graph, spec: AnfisSpec, weights: Float64Array, features: string): string {
  const layout = layoutOf(spec);
  const { premises, consequents } = partsOf(layout, weights);
  const farthest = held(Number.POSITIVE_INFINITY);
  const inputs = graph.add('Clip', [features, graph.number(-farthest), graph.number(farthest)]);
  const strengths = firingStrengths(graph, spec, layout, premises, inputs);
  const answers = weighted(graph, strengths, ruleAnswers(graph, layout, consequents, inputs));
  return spec.task === 'classification' ? probabilities(graph, answers) : answers;
}

/** The softmax of the sums of logarithms. Summed input by input, as inference does: far from all sets order matters. */
function firingStrengths(graph: Graph, spec: AnfisSpec, layout: Layout, premises: Float64Array, inputs: string) {
  const logarithms = Array.from({ length: layout.inputs }, (_, i) =>
    ruleLogarithms(graph, spec, layout, premises, i, inputs),
  );
  const sums = logarithms.reduce((sum, logarithm) => graph.add('Add', [sum, logarithm]));
  return graph.add('Softmax', [sums], { axis: { int: 1 } });
}

/** Rows x rules: the logarithm of the membership of input i in each rule's set. */
function ruleLogarithms(
  graph: Graph,
  { membership }: AnfisSpec,
  { inputs: count, sets, rules, parameters, setOf }: Layout,
  premises: Float64Array,
  i: number,
  inputs: string,
): string {
  const parameter = (which: number) =>
    graph.doubles(Float64Array.from({ length: sets }, (_, s) => premises[(i * sets + s) * parameters + which]));
  const x = graph.add('Gather', [inputs, graph.integers([i])], { axis: { int: 1 } });
  const z = graph.add('Div', [graph.add('Sub', [x, parameter(0)]), parameter(1)]);
  const bySet = membership === 'bell' ? bell(graph, z, parameter(2)) : gaussian(graph, z);
  const chosen = Array.from({ length: rules }, (_, rule) => setOf[rule * count + i]);
  return graph.add('Gather', [bySet, graph.integers(chosen)], { axis: { int: 1 } });
}

function gaussian(graph: Graph, z: string): string {
  const square = graph.add('Mul', [graph.add('Mul', [graph.number(-0.5), z]), z]);
  return graph.add('Max', [square, graph.number(leastLogarithm)]);
}

/** -ln(1 + e^t) with t = 2 slope ln|z|, as -(max(t, 0) + ln(1 + e^-|t|)). */
function bell(graph: Graph, z: string, slope: string): string {
  const steep = graph.add('Mul', [graph.number(2), slope]);
  const t = graph.add('Mul', [steep, graph.add('Log', [graph.add('Abs', [z])])]);
  const decayed = graph.add('Exp', [graph.add('Neg', [graph.add('Abs', [t])])]);
  const rest = graph.add('Log', [graph.add('Add', [graph.number(1), decayed])]);
  return graph.add('Neg', [graph.add('Add', [graph.add('Max', [t, graph.number(0)]), rest])]);
}

/** Rows x rules x outputs, or 1 x rules x outputs where consequents are constant. */
function ruleAnswers(graph: Graph, layout: Layout, consequents: Float64Array, inputs: string): string {
  const { rules, terms, outputs } = layout;
  const term = (which: number) =>
    Array.from({ length: rules * outputs }, (_, at) => {
      const rule = Math.floor(at / outputs);
      return consequents[(rule * terms + which) * outputs + (at % outputs)];
    });
  const constants = term(terms - 1);
  if (terms === 1) return graph.doubles(constants, [1, rules, outputs]);
  const slopes = Float64Array.from(Array.from({ length: terms - 1 }, (_, i) => term(i)).flat());
  const planes = graph.add('MatMul', [inputs, graph.doubles(slopes, [terms - 1, rules * outputs])]);
  const said = graph.add('Add', [planes, graph.doubles(constants)]);
  return graph.add('Reshape', [said, graph.integers([0, rules, outputs])]);
}

function weighted(graph: Graph, strengths: string, answers: string): string {
  const each = graph.add('Unsqueeze', [strengths, graph.integers([2])]);
  const products = graph.add('Mul', [each, answers]);
  return graph.add('ReduceSum', [products, graph.integers([1])], { keepdims: { int: 0 } });
}

function probabilities(graph: Graph, answers: string): string {
  const clipped = graph.add('Clip', [answers, graph.number(leastShare), graph.number(1)]);
  const sum = graph.add('ReduceSum', [clipped, graph.integers([1])]);
  return graph.add('Div', [clipped, sum]);
}
