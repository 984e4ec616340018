import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';

type KernelFunction = (...numbers: number[]) => number;

/** Of `kernel/`, by the engine that runs them: without and with fused multiply-add (kernel/multiply-add.ts). */
export const kernelBuilds = ['simd', 'simd_fma'] as const;
export type KernelBuild = (typeof kernelBuilds)[number];

export const kernelFiles: Readonly<Record<KernelBuild, URL>> = {
  simd: new URL('./kernel.wasm', import.meta.url),
  simd_fma: new URL('./kernel-fma.wasm', import.meta.url),
};

/**
 * V8 can join neighbouring vectors into vectors of 256 bits, which nearly doubles the speed and changes no bit: each half
 * is computed as before. It still calls this experimental, so it is asked for only in the V8 that the tests run with.
 */
const joinsVectors = process.arch === 'x64' && process.versions.v8.startsWith('13.6.');

const compiled = new Map<KernelBuild, WebAssembly.Module>();

/** Throws where this machine does not know the instructions of the build. */
function compiledKernel(build: KernelBuild): WebAssembly.Module {
  const found = compiled.get(build);
  if (found !== undefined) return found;
  const made = new WebAssembly.Module(readFileSync(kernelFiles[build]));
  compiled.set(build, made);
  return made;
}

/** A new kernel with a memory of its own; its functions are described where they are written (`kernel/`). */
export function createKernel(build: KernelBuild) {
  if (joinsVectors) setFlagsFromString('--experimental-wasm-revectorize');
  const { memory, named } = instanceOf(build);
  if (!(memory instanceof WebAssembly.Memory)) throw new TypeError('The kernel has no memory.');
  named('setTallBlocks')(joinsVectors ? 1 : 0);
  return {
    memory,
    setLoss: named('setLoss'),
    setOptimizer: named('setOptimizer'),
    setRestraints: named('setRestraints'),
    setDropout: named('setDropout'),
    seedDropout: named('seedDropout'),
    layOut: named('layOut'),
    addDense: named('addDense'),
    addLstm: named('addLstm'),
    addGru: named('addGru'),
    bytesReserved: named('bytesReserved'),
    rowsAt: named('rowsAt'),
    tensorAt: named('tensorAt'),
    setPowers: named('setPowers'),
    powerOfFirst: named('powerOfFirst'),
    powerOfSecond: named('powerOfSecond'),
    startSum: named('startSum'),
    meanLoss: named('meanLoss'),
    trainRows: named('trainRows'),
    gradientOf: named('gradientOf'),
    judgeRows: named('judgeRows'),
  };
}

/** a b + c in float32, as the build computes it. */
export function multiplyAddOf(build: KernelBuild, a: number, b: number, c: number): number {
  return instanceOf(build).named('multiplyAddOf')(a, b, c);
}

function instanceOf(build: KernelBuild) {
  const { exports } = new WebAssembly.Instance(compiledKernel(build));
  const named = (name: string): KernelFunction => {
    const found = exports[name];
    if (typeof found !== 'function') throw new TypeError(`The kernel has no function ${name}.`);
    return (...numbers) => found(...numbers);
  };
  return { memory: exports.memory, named };
}

export type Kernel = ReturnType<typeof createKernel>;
