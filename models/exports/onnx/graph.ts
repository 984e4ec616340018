import type { TensorView } from '../../networks/layout.ts';
import { ProtobufMessage } from '../protobuf.ts';
import {
  type Attribute,
  nodeMessage,
  type TensorData,
  tensorMessage,
  types,
  type ValueDescription,
  valueMessage,
} from './messages.ts';

/** Constants from this size on are kept as float32 where that loses nothing. */
const leastShortened = 64;

type Attributes = Readonly<Record<string, Attribute>>;

/**
 * A graph under construction: operators in the order of computation, each named by its first output. Values are named
 * by strings, as in ONNX; a graph inside another (`body`) may read the values of the outer one.
 */
export class Graph {
  /** Goes before the names of weights: which network of several is being written. */
  scope = '';

  readonly #nodes: ProtobufMessage[] = [];
  readonly #constants: ProtobufMessage[] = [];
  readonly #prefix: string;
  #count = 0;

  constructor(prefix = '') {
    this.#prefix = prefix;
  }

  /** Adds an operator and gives the name of its output. */
  add(operator: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.addTo(this.#name(operator), operator, inputs, attributes);
  }

  /** The same, where the output must have this name. */
  addTo(output: string, operator: string, inputs: readonly string[], attributes: Attributes = {}): string {
    this.#nodes.push(nodeMessage({ operator, domain: '', inputs, outputs: [output], attributes }));
    return output;
  }

  /** An operator with so many outputs. */
  addMany(count: number, operator: string, inputs: readonly string[], attributes: Attributes = {}): string[] {
    const outputs = Array.from({ length: count }, () => this.#name(operator));
    this.#nodes.push(nodeMessage({ operator, domain: '', inputs, outputs, attributes }));
    return outputs;
  }

  /** An operator of another operator set. */
  addOf(domain: string, operator: string, inputs: readonly string[], attributes: Attributes): string {
    const output = this.#name(operator);
    this.#nodes.push(nodeMessage({ operator, domain, inputs, outputs: [output], attributes }));
    return output;
  }

  /** A graph to run inside an operator of this one. */
  body(): Graph {
    return new Graph(`${this.#name('body')}.`);
  }

  /** A name of this graph's own, for a value that is handed in. */
  named(what: string): string {
    return `${this.#prefix}${what}`;
  }

  /** A network's tensor, under its own name. */
  weights({ name, shape, values }: TensorView): string {
    return this.#doubles(`${this.scope}${name}`, values, shape);
  }

  /** Constant doubles, row-major; without a shape a row of them. */
  doubles(values: Float64Array | readonly number[], shape: readonly number[] = [values.length]): string {
    return this.#doubles(this.#name('constant'), values, shape);
  }

  /** One constant double, which goes with any shape. */
  number(value: number): string {
    return this.doubles([value], []);
  }

  integers(values: readonly number[], shape: readonly number[] = [values.length]): string {
    return this.#constant(this.#name('constant'), integerTensor(values, shape));
  }

  message(name: string, inputs: readonly ValueDescription[], outputs: readonly ValueDescription[]): ProtobufMessage {
    const message = new ProtobufMessage();
    for (const node of this.#nodes) message.message(1, node);
    message.text(2, name);
    for (const constant of this.#constants) message.message(5, constant);
    for (const input of inputs) message.message(11, valueMessage(input));
    for (const output of outputs) message.message(12, valueMessage(output));
    return message;
  }

  /** Weights of an engine that computes in float32 take half the room; the cast back gives the same doubles. */
  #doubles(name: string, values: Float64Array | readonly number[], shape: readonly number[]): string {
    const isShort = values.length >= leastShortened && values.every((value) => Object.is(Math.fround(value), value));
    if (!isShort) return this.#constant(name, doubleTensor(values, shape));
    const short = this.#constant(name, floatTensor(values, shape));
    return this.add('Cast', [short], { to: { int: types.double } });
  }

  #constant(name: string, data: TensorData): string {
    this.#constants.push(tensorMessage(name, data));
    return name;
  }

  #name(what: string): string {
    return `${this.#prefix}${what.toLowerCase()}_${this.#count++}`;
  }
}

export function doubleTensor(values: Float64Array | readonly number[], shape: readonly number[]): TensorData {
  const view = new DataView(new ArrayBuffer(values.length * 8));
  values.forEach((value, i) => {
    view.setFloat64(8 * i, value, true);
  });
  return { type: types.double, shape, bytes: new Uint8Array(view.buffer) };
}

function floatTensor(values: Float64Array | readonly number[], shape: readonly number[]): TensorData {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, i) => {
    view.setFloat32(4 * i, value, true);
  });
  return { type: types.float, shape, bytes: new Uint8Array(view.buffer) };
}

function integerTensor(values: readonly number[], shape: readonly number[]): TensorData {
  const view = new DataView(new ArrayBuffer(values.length * 8));
  values.forEach((value, i) => {
    view.setBigInt64(8 * i, BigInt(value), true);
  });
  return { type: types.int64, shape, bytes: new Uint8Array(view.buffer) };
}
