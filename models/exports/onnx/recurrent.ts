import type { TensorView } from '../../networks/layout.ts';
import type { NetworkSpec } from '../../spec.ts';
import { dense } from './dense.ts';
import { doubleTensor, type Graph } from './graph.ts';
import type { ValueDescription } from './messages.ts';

type RecurrentSpec = NetworkSpec<'lstm' | 'gru'>;

/** One layer's tensors in the outer graph, and how many units it has. */
interface Cell {
  readonly recurrent: TensorView;
  readonly units: number;
}

/**
 * The layers of an lstm or gru, up to the plain outputs. Each is a Scan over the steps with our own equations
 * (networks/recurrent.ts) in doubles; the operators LSTM and GRU run in float32 only.
 */
export function recurrentOutputs(
  graph: Graph,
  spec: RecurrentSpec,
  tensors: readonly TensorView[],
  inputs: string,
): string {
  const { sequenceLength: steps, hiddenSize: units } = spec;
  const rowsFirst = graph.add('Reshape', [inputs, graph.integers([0, steps, spec.inputs / steps])]);
  let sequence = graph.add('Transpose', [rowsFirst], { perm: { ints: [1, 0, 2] } });
  const start = noState(graph, inputs, units);
  let state = start;
  for (let layer = 0; layer < spec.layers; layer++) {
    const [kernel, recurrent, biases] = tensors.slice(3 * layer);
    const projected = graph.add('Add', [graph.add('MatMul', [sequence, graph.weights(kernel)]), graph.weights(biases)]);
    const scan = spec.type === 'lstm' ? scanLstm : scanGru;
    [state, sequence] = scan(graph, { recurrent, units }, projected, start);
  }
  const [weights, biases] = tensors.slice(3 * spec.layers);
  return dense(graph, weights, biases, state);
}

/** rows x units of 0. */
function noState(graph: Graph, inputs: string, units: number): string {
  const rows = graph.add('Gather', [graph.add('Shape', [inputs]), graph.integers([0])], { axis: { int: 0 } });
  const shape = graph.add('Concat', [rows, graph.integers([units])], { axis: { int: 0 } });
  return graph.add('ConstantOfShape', [shape], { value: { tensor: doubleTensor([0], [1]) } });
}

/** The last h and all of them. */
function scanLstm(graph: Graph, { recurrent, units }: Cell, projected: string, start: string): [string, string] {
  const weights = graph.weights(recurrent);
  const body = graph.body();
  const [h, c, x] = ['h', 'c', 'x'].map((name) => body.named(name));
  const gates = body.add('Add', [x, body.add('MatMul', [h, weights])]);
  const parts = body.addMany(4, 'Split', [gates, body.integers([units, units, units, units])], { axis: { int: 1 } });
  const [i, f, o] = [parts[0], parts[1], parts[3]].map((part) => body.add('Sigmoid', [part]));
  const g = body.add('Tanh', [parts[2]]);
  const cell = body.add('Add', [body.add('Mul', [f, c]), body.add('Mul', [i, g])]);
  const hidden = body.add('Mul', [o, body.add('Tanh', [cell])]);
  const every = body.add('Identity', [hidden]);
  const inner = body.message(
    'lstm_cell',
    [state(h, units), state(c, units), state(x, 4 * units)],
    [state(hidden, units), state(cell, units), state(every, units)],
  );
  const [last, , sequence] = graph.addMany(3, 'Scan', [start, start, projected], {
    body: { graph: inner },
    num_scan_inputs: { int: 1 },
  });
  return [last, sequence];
}

function scanGru(graph: Graph, { recurrent, units }: Cell, projected: string, start: string): [string, string] {
  const split = graph.integers([2 * units, units]);
  const [pairWeights, candidateWeights] = graph.addMany(2, 'Split', [graph.weights(recurrent), split], {
    axis: { int: 1 },
  });
  const body = graph.body();
  const [h, x] = ['h', 'x'].map((name) => body.named(name));
  const [pairInputs, candidateInputs] = body.addMany(2, 'Split', [x, split], { axis: { int: 1 } });
  const pair = body.add('Sigmoid', [body.add('Add', [pairInputs, body.add('MatMul', [h, pairWeights])])]);
  const [z, r] = body.addMany(2, 'Split', [pair, body.integers([units, units])], { axis: { int: 1 } });
  const reset = body.add('MatMul', [body.add('Mul', [r, h]), candidateWeights]);
  const n = body.add('Tanh', [body.add('Add', [candidateInputs, reset])]);
  const rest = body.add('Mul', [body.add('Sub', [body.number(1), z]), n]);
  const hidden = body.add('Add', [body.add('Mul', [z, h]), rest]);
  const every = body.add('Identity', [hidden]);
  const inner = body.message(
    'gru_cell',
    [state(h, units), state(x, 3 * units)],
    [state(hidden, units), state(every, units)],
  );
  const [last, sequence] = graph.addMany(2, 'Scan', [start, projected], {
    body: { graph: inner },
    num_scan_inputs: { int: 1 },
  });
  return [last, sequence];
}

function state(name: string, columns: number): ValueDescription {
  return { name, shape: ['rows', columns] };
}
