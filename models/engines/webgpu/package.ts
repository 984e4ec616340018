import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { LabError } from '@stratlab/data/error.ts';
import { type Gpu, type GpuAdapter, isWebGpuPackage } from './library.ts';

const require = createRequire(import.meta.url);
const answerWithinMs = 20_000;

let answer: { available: boolean; reason: string } | null = null;

/**
 * Whether the package is installed and finds an adapter. Adapters are only found asynchronously, and a broken driver may
 * take its process down, so that the first call asks in a process of its own (under a second, only where the package is
 * installed); later ones answer as it did.
 */
export function probeWebGpu(): { available: boolean; reason: string } {
  answer ??= ask();
  return answer;
}

function ask(): { available: boolean; reason: string } {
  if (packagePath() === null) {
    return { available: false, reason: 'The package webgpu is not installed: npm install webgpu.' };
  }
  try {
    const script = fileURLToPath(new URL('./ask-adapter.ts', import.meta.url));
    const name = execFileSync(process.execPath, [script], {
      encoding: 'utf8',
      timeout: answerWithinMs,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    if (name.trim() !== '') return { available: true, reason: `${name.trim()}.` };
    const reason =
      "webgpu finds no adapter: it needs a GPU with a Vulkan driver, or Mesa's lavapipe from version 25 on.";
    return { available: false, reason };
  } catch (error) {
    return { available: false, reason: `webgpu is installed but does not start: ${String(error)}` };
  }
}

let opened: Promise<Gpu> | null = null;

/** The package's one instance, loaded when first asked for. Throws `unavailable`. */
export function openGpu(): Promise<Gpu> {
  opened ??= load();
  return opened;
}

/** Throws `unavailable`. */
export async function requireAdapter(): Promise<GpuAdapter> {
  const adapter = await (await openGpu()).requestAdapter();
  if (adapter === null) throw new LabError('unavailable', 'webgpu finds no adapter.');
  return adapter;
}

async function load(): Promise<Gpu> {
  const path = packagePath();
  if (path === null) throw new LabError('unavailable', probeWebGpu().reason);
  const module: unknown = await import(pathToFileURL(path).href);
  if (isWebGpuPackage(module)) return module.create([]);
  throw new LabError('unavailable', `${path} is not the package webgpu.`);
}

function packagePath(): string | null {
  try {
    return require.resolve('webgpu');
  } catch {
    return null;
  }
}
