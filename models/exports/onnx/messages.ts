import { ProtobufMessage } from '../protobuf.ts';

/** Of onnx.proto: TensorProto.DataType. */
export const types = { float: 1, uint8: 2, int64: 7, bool: 9, double: 11 } as const;
type ElementType = (typeof types)[keyof typeof types];

/** Of onnx.proto: AttributeProto.AttributeType. */
const kinds = { int: 2, tensor: 4, graph: 5, ints: 7 } as const;

/** A constant array; `bytes` are its values, little-endian. */
export interface TensorData {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

export type Attribute =
  | { readonly int: number }
  | { readonly ints: ArrayLike<number> & Iterable<number> }
  | { readonly tensor: TensorData }
  | { readonly graph: ProtobufMessage };

export function tensorMessage(name: string, { type, shape, bytes }: TensorData): ProtobufMessage {
  return new ProtobufMessage().integers(1, shape).integer(2, type).text(8, name).bytes(9, bytes);
}

export interface NodeDescription {
  readonly operator: string;
  /** Empty for the standard operators. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export function nodeMessage({ operator, domain, inputs, outputs, attributes }: NodeDescription): ProtobufMessage {
  const message = new ProtobufMessage();
  for (const name of inputs) message.text(1, name);
  for (const name of outputs) message.text(2, name);
  message.text(3, outputs[0]).text(4, operator);
  for (const [name, attribute] of Object.entries(attributes)) message.message(5, attributeMessage(name, attribute));
  return message.text(7, domain);
}

function attributeMessage(name: string, attribute: Attribute): ProtobufMessage {
  const message = new ProtobufMessage().text(1, name);
  if ('int' in attribute) return message.integer(3, attribute.int).integer(20, kinds.int);
  if ('ints' in attribute) return message.integers(8, attribute.ints).integer(20, kinds.ints);
  if ('tensor' in attribute) return message.message(5, tensorMessage('', attribute.tensor)).integer(20, kinds.tensor);
  return message.message(6, attribute.graph).integer(20, kinds.graph);
}

/** An input or output of doubles; a name in the shape stands for any size. */
export interface ValueDescription {
  readonly name: string;
  readonly shape: readonly (number | string)[];
}

export function valueMessage({ name, shape }: ValueDescription): ProtobufMessage {
  const dimensions = new ProtobufMessage();
  for (const size of shape) {
    const dimension = new ProtobufMessage();
    dimensions.message(1, typeof size === 'string' ? dimension.text(2, size) : dimension.integer(1, size));
  }
  const tensor = new ProtobufMessage().integer(1, types.double).message(2, dimensions);
  return new ProtobufMessage().text(1, name).message(2, new ProtobufMessage().message(1, tensor));
}

export interface ModelDescription {
  readonly irVersion: number;
  readonly operatorSets: Readonly<Record<string, number>>;
  readonly producer: string;
  readonly description: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export function modelMessage(graph: ProtobufMessage, model: ModelDescription): ProtobufMessage {
  const message = new ProtobufMessage().integer(1, model.irVersion).text(2, model.producer).text(6, model.description);
  message.message(7, graph);
  for (const [domain, version] of Object.entries(model.operatorSets))
    message.message(8, new ProtobufMessage().text(1, domain).integer(2, version));
  for (const [key, value] of Object.entries(model.metadata))
    message.message(14, new ProtobufMessage().text(1, key).text(2, value));
  return message;
}
