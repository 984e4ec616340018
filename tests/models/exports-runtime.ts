import { createRequire } from 'node:module';

type Runtime = typeof import('onnxruntime-node');

const loaded = load();

/** For `{skip}` of a test: false where onnxruntime-node runs here, else the message that says why not. */
export const withoutRuntime: string | false =
  loaded instanceof Error ? `no onnxruntime-node: ${loaded.message}` : false;

/** What the file's graph answers for row-major features, with the names of its inputs and outputs. */
export async function runOnnx(file: Uint8Array, features: Float64Array, inputs: number) {
  if (loaded instanceof Error) throw loaded;
  const session = await loaded.InferenceSession.create(file);
  const [input] = session.inputNames;
  const [output] = session.outputNames;
  const results = await session.run({
    [input]: new loaded.Tensor('float64', features, [features.length / inputs, inputs]),
  });
  const { data, dims } = results[output];
  await session.release();
  if (!(data instanceof Float64Array)) throw new TypeError('the graph does not answer in doubles');
  return { input, output, dims, answers: data };
}

function load(): Runtime | Error {
  try {
    return createRequire(import.meta.url)('onnxruntime-node');
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
