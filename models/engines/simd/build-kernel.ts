import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type KernelBuild, kernelBuilds, kernelFiles } from './kernel.ts';

const features: Readonly<Record<KernelBuild, readonly string[]>> = {
  simd: ['simd'],
  simd_fma: ['simd', 'relaxed-simd'],
};

/** Compiles `kernel/` into a WebAssembly file: no imports, nothing freed. */
export function buildKernel(build: KernelBuild, target: string): void {
  const compiler = createRequire(import.meta.url).resolve('assemblyscript/bin/asc.js');
  const entry = fileURLToPath(new URL('./kernel/kernel.ts', import.meta.url));
  const enabled = features[build].flatMap((feature) => ['--enable', feature]);
  const options = ['-O3', ...enabled, '--runtime', 'stub', '--noAssert', '--use', 'abort='];
  execFileSync(process.execPath, [compiler, entry, '--outFile', target, ...options], { stdio: 'inherit' });
}

if (import.meta.main) {
  for (const build of kernelBuilds) buildKernel(build, fileURLToPath(kernelFiles[build]));
}
