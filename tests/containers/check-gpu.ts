import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../packaged.ts';
import { writeDebianBase } from './debian-base.ts';
import type { Images } from './images.ts';
import type { Place } from './sandbox.ts';
import { assertConfined, prepare, trainInProfile, transportTo } from './story.ts';
import { enginesOf, trainWith } from './training.ts';

/** Between the losses of an engine that counts in float64 and of one in float32, as a share. */
const tolerance = 1e-3;

/** Builds the GPU worker's image on a Debian, with the smaller wheel for processors in place of CUDA's. */
export function buildGpuWorker(images: Images, folder: string): void {
  const base = join(folder, 'debian');
  writeDebianBase(base);
  images.build('debian-base', [base]);
  const debian = 'localhost/debian-base';
  images.buildTarget('debian-worker', 'Dockerfile', 'worker', { BASE: debian });
  const given = { WORKER: 'localhost/debian-worker', PYTHON: debian, NODE: debian };
  const TENSORFLOW = `tensorflow-cpu${wheelVersion()}`;
  images.buildTarget('gpu-worker', 'gpu.Dockerfile', 'gpu-worker', { ...given, TENSORFLOW });
}

/**
 * In the built image the worker is confined and both engines' packages load, and a training that `lab` gives it over
 * HTTP goes as with the lab's own engine. `home` is where a client's research was run; `modules` holds the package.
 */
export async function checkGpuWorker(images: Images, home: string, modules: string, lab: Place): Promise<string> {
  const image = {
    system: ['--ro-bind', images.mount('gpu-worker'), '/'],
    environment: addedEnvironment(images, 'gpu-worker', 'debian-worker'),
  };
  assertConfined('gpu-worker', { ...prepare(mkdtempSync(join(home, 'gpu-')), image.system), ...image });
  const engines = await enginesOf(transportTo({ ...lab, ...image }));
  const [tensorflow, webgpu] = ['tensorflow', 'webgpu'].map((id) => engines.get(id)?.reason ?? '');
  assert.match(tensorflow, /^@tensorflow\/tfjs-node-gpu: /);
  assert.match(webgpu, /finds no adapter/);
  const expected = await trainWith(transportTo(lab), 'simd');
  const trained = await trainInProfile(home, modules, lab, { ...lab, ...image });
  assert.deepEqual([expected.engine, trained.engine], ['simd', 'tensorflow']);
  assertNear(trained.losses, expected.losses);
  return `${tensorflow} ${webgpu} ${trained.losses.length} epochs, the last loss ${trained.losses.at(-1)}.`;
}

function assertNear(found: readonly number[], expected: readonly number[]): void {
  assert.ok(expected.length > 0);
  assert.equal(found.length, expected.length);
  for (const [epoch, loss] of expected.entries()) {
    assert.ok(Math.abs(found[epoch] / loss - 1) < tolerance, `epoch ${epoch}: ${found[epoch]} instead of ${loss}`);
  }
}

function addedEnvironment(images: Images, image: string, below: string): Record<string, string> {
  const known = new Set(images.configOf(below).Env);
  const added = images.configOf(image).Env.filter((line) => !known.has(line));
  return Object.fromEntries(added.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

/** The version that the Dockerfile asks for. */
function wheelVersion(): string {
  const dockerfile = readFileSync(join(root, 'docker', 'gpu.Dockerfile'), 'utf8');
  const version = /^ARG TENSORFLOW="tensorflow\[and-cuda\](==[\d.]+)"$/m.exec(dockerfile)?.[1];
  assert.ok(version);
  return version;
}
