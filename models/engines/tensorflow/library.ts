/** Values on the library's device, float32 or int32. */
export interface Tensor {
  readonly shape: readonly number[];
  /** Waits for the device. */
  dataSync(): ArrayLike<number>;
  data(): Promise<ArrayLike<number>>;
  dispose(): void;
}

type Unary = (values: Tensor) => Tensor;
type Binary = (left: Tensor | number, right: Tensor | number) => Tensor;

/** The part of TensorFlow.js that is used here; the package itself is optional, and so are its types. */
export interface TensorFlow {
  readonly tensor: (values: Float32Array | Int32Array, shape: readonly number[], type: 'float32' | 'int32') => Tensor;
  readonly zeros: (shape: readonly number[]) => Tensor;
  readonly reshape: (values: Tensor, shape: readonly number[]) => Tensor;
  readonly transpose: (values: Tensor, order: readonly number[]) => Tensor;
  readonly slice: (values: Tensor, begin: readonly number[], size: readonly number[]) => Tensor;
  readonly split: (values: Tensor, parts: number, axis: number) => Tensor[];
  readonly concat: (parts: readonly Tensor[], axis: number) => Tensor;
  readonly gather: (values: Tensor, indices: Tensor, axis?: number) => Tensor;
  readonly sum: (values: Tensor, axes: readonly number[], keepDimensions: boolean) => Tensor;
  readonly matMul: (left: Tensor, right: Tensor, transposeLeft: boolean, transposeRight: boolean) => Tensor;
  readonly add: Binary;
  readonly sub: Binary;
  readonly mul: Binary;
  readonly div: Binary;
  readonly divNoNan: Binary;
  readonly minimum: Binary;
  readonly maximum: Binary;
  readonly pow: Binary;
  readonly relu: Unary;
  readonly step: Unary;
  readonly tanh: Unary;
  readonly sigmoid: Unary;
  readonly exp: Unary;
  readonly expm1: Unary;
  readonly logSoftmax: Unary;
  readonly neg: Unary;
  readonly abs: Unary;
  readonly sign: Unary;
  readonly sqrt: Unary;
  readonly square: Unary;
  readonly clipByValue: (values: Tensor, least: number, most: number) => Tensor;
  /** Frees all tensors made within but those returned or kept. */
  readonly tidy: <Result>(run: () => Result) => Result;
  readonly keep: Unary;
  readonly memory: () => { readonly numTensors: number; readonly numBytes: number };
  readonly setBackend: (name: string) => Promise<boolean>;
  /** Also stops the library's advertisements. */
  readonly enableProdMode: () => void;
}

const names: readonly (keyof TensorFlow)[] = [
  'tensor',
  'zeros',
  'reshape',
  'transpose',
  'slice',
  'split',
  'concat',
  'gather',
  'sum',
  'matMul',
  'add',
  'sub',
  'mul',
  'div',
  'divNoNan',
  'minimum',
  'maximum',
  'pow',
  'relu',
  'step',
  'tanh',
  'sigmoid',
  'exp',
  'expm1',
  'logSoftmax',
  'neg',
  'abs',
  'sign',
  'sqrt',
  'square',
  'clipByValue',
  'tidy',
  'keep',
  'memory',
  'setBackend',
  'enableProdMode',
];

/** Functions that the module lacks. */
export function missingFrom(module: object): string[] {
  const found = new Map<string, unknown>(Object.entries(module));
  return names.filter((name) => typeof found.get(name) !== 'function');
}

export function isTensorFlow(module: unknown): module is TensorFlow {
  return typeof module === 'object' && module !== null && missingFrom(module).length === 0;
}
