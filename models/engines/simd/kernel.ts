import { readFileSync } from 'node:fs';

type KernelFunction = (...numbers: number[]) => number;

let compiled: WebAssembly.Module | null = null;

/** Throws where this machine knows no WebAssembly SIMD. */
export function compiledKernel(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('./kernel.wasm', import.meta.url)));
  return compiled;
}

/** A new kernel with a memory of its own; its functions are described where they are written (`kernel/`). */
export function createKernel() {
  const { exports } = new WebAssembly.Instance(compiledKernel());
  const { memory } = exports;
  if (!(memory instanceof WebAssembly.Memory)) throw new TypeError('The kernel has no memory.');
  const named = (name: string): KernelFunction => {
    const found = exports[name];
    if (typeof found !== 'function') throw new TypeError(`The kernel has no function ${name}.`);
    return (...numbers) => found(...numbers);
  };
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

export type Kernel = ReturnType<typeof createKernel>;
