import type { TensorView } from '../../networks/layout.ts';
import type { NetworkSpec } from '../../spec.ts';
import type { Graph } from './graph.ts';

const operators = { relu: 'Relu', tanh: 'Tanh', sigmoid: 'Sigmoid' } as const;

/** The layers of an mlp or logistic, up to the plain outputs. */
export function denseOutputs(
  graph: Graph,
  spec: NetworkSpec<'mlp' | 'logistic'>,
  tensors: readonly TensorView[],
  inputs: string,
): string {
  let values = inputs;
  for (let at = 0; at < tensors.length; at += 2) {
    values = dense(graph, tensors[at], tensors[at + 1], values);
    if (spec.type === 'mlp' && at + 2 < tensors.length) values = graph.add(operators[spec.activation], [values]);
  }
  return values;
}

export function dense(graph: Graph, weights: TensorView, biases: TensorView, inputs: string): string {
  return graph.add('Gemm', [inputs, graph.weights(weights), graph.weights(biases)]);
}
