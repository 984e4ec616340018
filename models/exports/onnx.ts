import { LabError } from '@stratlab/data/error.ts';
import type { ExportableMember, ExportableModel, ExportedFile } from '../export.ts';
import { networkOf } from '../networks/index.ts';
import { viewsOf } from '../networks/layout.ts';
import type { Predictor } from '../predict.ts';
import { describeExport } from './description.ts';
import { anfisOutputs } from './onnx/anfis.ts';
import { boostingOutputs, treeDomain } from './onnx/boosting.ts';
import { denseOutputs } from './onnx/dense.ts';
import { Graph } from './onnx/graph.ts';
import { modelMessage, types } from './onnx/messages.ts';
import { normalise } from './onnx/normalisation.ts';
import { recurrentOutputs } from './onnx/recurrent.ts';

const operatorSet = 17;
/** The file version that came with operator set 17. */
const irVersion = 8;
/** What a protocol buffers message can hold. */
const mostBytes = 2 ** 31 - 1;

const input = 'features';
const statement =
  'Inputs are the raw features in the order of features_json, not normalised: normalisation is part of the graph. ' +
  'A row with a NaN gives a row of NaN.';

/**
 * One ONNX file: from `features` (rows x inputs) to `probabilities` (rows x classes), or `prediction` (rows x 1) in
 * units of the target; several networks are averaged. All in doubles, to agree with `predict` beyond float32. Throws
 * `limit_exceeded` where the format's two gigabytes do not suffice.
 */
export function exportOnnx(model: ExportableModel): ExportedFile[] {
  const [{ spec }] = model.members;
  const output = spec.task === 'classification' ? 'probabilities' : 'prediction';
  const graph = new Graph();
  const answers = model.members.map((member, k) => {
    graph.scope = model.members.length > 1 ? `members.${k}.` : '';
    return memberOutput(graph, member);
  });
  graph.addTo(output, 'Div', [graph.add('Sum', answers), graph.number(answers.length)]);
  const inputs = [{ name: input, shape: ['rows', spec.inputs] }];
  const message = graph.message('stratlab_model', inputs, [{ name: output, shape: ['rows', spec.outputs] }]);
  const file = modelMessage(message, {
    irVersion,
    operatorSets: { '': operatorSet, [treeDomain.name]: treeDomain.version },
    producer: 'stratlab',
    description: statement,
    metadata: { ...describeExport(model), inputs: statement },
  });
  if (file.length > mostBytes)
    throw new LabError('limit_exceeded', `As ONNX this model takes ${file.length} bytes; at most ${mostBytes} fit.`, {
      hint: 'Export it as safetensors.',
    });
  return [{ name: null, bytes: file.finish() }];
}

function memberOutput(graph: Graph, member: ExportableMember): string {
  const inputs = normalise(graph, member.normalisation, input);
  const answer = tempered(graph, member, inUnits(graph, member, networkOutputs(graph, member, inputs)));
  return hideUnknown(graph, inputs, answer);
}

function networkOutputs(graph: Graph, { spec, weights }: Predictor, inputs: string): string {
  const tensors = viewsOf(networkOf(spec).tensors(spec), weights);
  switch (spec.type) {
    case 'mlp':
    case 'logistic':
      return classesOf(graph, spec.task, denseOutputs(graph, spec, tensors, inputs));
    case 'lstm':
    case 'gru':
      return classesOf(graph, spec.task, recurrentOutputs(graph, spec, tensors, inputs));
    case 'gradient_boosting':
      return classesOf(graph, spec.task, boostingOutputs(graph, spec, weights, inputs));
    case 'anfis':
      return anfisOutputs(graph, spec, weights, inputs);
  }
}

function classesOf(graph: Graph, task: Predictor['spec']['task'], plain: string): string {
  return task === 'classification' ? graph.add('Softmax', [plain], { axis: { int: 1 } }) : plain;
}

function inUnits(graph: Graph, { target }: Predictor, outputs: string): string {
  if (target === null) return outputs;
  return graph.add('Add', [graph.number(target.mean), graph.add('Mul', [graph.number(target.sd), outputs])]);
}

/** As `tempered` of ensemble.ts. */
function tempered(graph: Graph, { target, temperature }: ExportableMember, answer: string): string {
  if (temperature === 1 || target !== null) return answer;
  const powers = graph.add('Pow', [answer, graph.number(1 / temperature)]);
  return graph.add('Div', [powers, graph.add('ReduceSum', [powers, graph.integers([1])])]);
}

/** NaN in every output of a row of which any normalised input is NaN; some operators would swallow it. */
function hideUnknown(graph: Graph, inputs: string, answer: string): string {
  const marks = graph.add('Cast', [graph.add('IsNaN', [inputs])], { to: { int: types.float } });
  const mark = graph.add('ReduceMax', [marks], { axes: { ints: [1] } });
  const isUnknown = graph.add('Cast', [mark], { to: { int: types.bool } });
  return graph.add('Where', [isUnknown, graph.number(Number.NaN), answer]);
}
