import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Compiles `kernel/` into a WebAssembly file: SIMD of fixed results, no imports, nothing freed. */
export function buildKernel(target: string): void {
  const compiler = createRequire(import.meta.url).resolve('assemblyscript/bin/asc.js');
  const entry = fileURLToPath(new URL('./kernel/kernel.ts', import.meta.url));
  const options = ['-O3', '--enable', 'simd', '--runtime', 'stub', '--noAssert', '--use', 'abort='];
  execFileSync(process.execPath, [compiler, entry, '--outFile', target, ...options], { stdio: 'inherit' });
}

if (import.meta.main) buildKernel(fileURLToPath(new URL('./kernel.wasm', import.meta.url)));
