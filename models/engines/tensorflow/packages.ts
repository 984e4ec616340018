import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import util from 'node:util';
import { LabError } from '@stratlab/data/error.ts';
import { isTensorFlow, type TensorFlow } from './library.ts';

interface Variant {
  /** What is loaded, one after the other; the first has the functions. */
  readonly modules: readonly [string, ...string[]];
  readonly backend: 'tensorflow' | 'cpu';
  readonly runsOn: string;
}

/** In the order of preference. The last one is what the one before it is made of, at a sixth of its size. */
const variants: readonly Variant[] = [
  { modules: ['@tensorflow/tfjs-node-gpu'], backend: 'tensorflow', runsOn: "TensorFlow's GPU binding" },
  { modules: ['@tensorflow/tfjs-node'], backend: 'tensorflow', runsOn: "TensorFlow's CPU binding" },
  { modules: ['@tensorflow/tfjs'], backend: 'cpu', runsOn: 'plain JavaScript' },
  { modules: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu'], backend: 'cpu', runsOn: 'plain JavaScript' },
];

const require = createRequire(import.meta.url);

/** Whether a variant is installed, and which; loads nothing. */
export function probeTensorFlow(): { available: boolean; reason: string } {
  const found = installed();
  if (found !== undefined) return { available: true, reason: `${found.modules.join(' and ')}: ${found.runsOn}.` };
  const unbuilt = variants.find((variant) => isResolved(variant) && !isBuilt(variant));
  if (unbuilt !== undefined) {
    const reason = `${unbuilt.modules[0]} is installed, but its binding is not built: see specification/gpu.md.`;
    return { available: false, reason };
  }
  const plain = variants[variants.length - 1].modules.join(' ');
  const reason = `TensorFlow.js is not installed: npm install ${plain} (a GPU: see specification/gpu.md).`;
  return { available: false, reason };
}

let loading: Promise<TensorFlow> | null = null;

/** The preferred variant of those installed, loaded once. Throws `unavailable`. */
export function loadTensorFlow(): Promise<TensorFlow> {
  loading ??= load();
  return loading;
}

async function load(): Promise<TensorFlow> {
  const variant = installed();
  if (variant === undefined) throw new LabError('unavailable', probeTensorFlow().reason);
  mendUtil();
  const [library] = await Promise.all(variant.modules.map(importFrom));
  if (!isTensorFlow(library)) {
    throw new LabError('unavailable', `${variant.modules[0]} is not a TensorFlow.js of version 4.`);
  }
  library.enableProdMode();
  await library.setBackend(variant.backend);
  return library;
}

async function importFrom(name: string): Promise<unknown> {
  try {
    const module: { default?: unknown } = await import(pathToFileURL(require.resolve(name)).href);
    return module.default ?? module;
  } catch (error) {
    const hint = 'A native binding needs its libraries: see specification/gpu.md. Or train with engine: simd.';
    throw new LabError('unavailable', `${name} is installed but does not load: ${String(error)}`, { hint });
  }
}

/** TensorFlow.js 4.22's bindings call two functions that Node 23 took out. */
function mendUtil(): void {
  const removed = {
    isArray: Array.isArray,
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
  };
  for (const [name, run] of Object.entries(removed))
    if (!Object.hasOwn(util, name)) Object.assign(util, { [name]: run });
}

function installed(): Variant | undefined {
  return variants.find((variant) => isResolved(variant) && isBuilt(variant));
}

function isResolved({ modules }: Variant): boolean {
  return modules.every((name) => pathOf(name) !== null);
}

/** The bindings come without their native part where install scripts do not run. */
function isBuilt({ modules: [name], backend }: Variant): boolean {
  const path = pathOf(name);
  if (backend === 'cpu' || path === null) return true;
  return existsSync(resolve(dirname(path), '../lib/napi-v8/tfjs_binding.node'));
}

function pathOf(name: string): string | null {
  try {
    return require.resolve(name);
  } catch {
    return null;
  }
}
