import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { researchOver } from '../end-to-end/package-session.ts';
import { buildGpuWorker, checkGpuWorker } from './check-gpu.ts';
import { Images } from './images.ts';
import { writeLocalBase } from './local-base.ts';
import { missing } from './missing.ts';
import { entryPoint, type Place } from './sandbox.ts';
import { assertConfined, prepare, runIn, runProfile, services, transportTo } from './story.ts';

/**
 * `npm run check:containers`: builds the images with buildah from a base made of this machine's files, then runs each
 * under bubblewrap with the restrictions of compose.yaml. Minutes; needs buildah, bubblewrap, redis-server,
 * root and the registry. With `-- --gpu` also the GPU worker's, on a Debian from debootstrap.
 */
const withGpu = process.argv.includes('--gpu');
const programs = ['buildah', 'bwrap', 'redis-server', ...(withGpu ? ['debootstrap'] : [])];
for (const program of programs) assert.equal(missing(program), false);
const folder = mkdtempSync(join(tmpdir(), 'stratlab-images-'));
const images = new Images(folder);
try {
  const base = join(folder, 'base');
  mkdirSync(base);
  writeLocalBase(base);
  images.build('stratlab-base', [base]);
  for (const target of ['lab', 'worker', 'data-fetch']) checkImage(target);
  const home = mkdtempSync(join(folder, 'story-'));
  const files = mounted('lab');
  const modules = join(files, 'opt/stratlab/node_modules');
  const lab = prepare(home, ['--ro-bind', files, '/']);
  await checkStory(home, modules, lab);
  if (withGpu) {
    buildGpuWorker(images, folder);
    say(`gpu-worker: ${await checkGpuWorker(images, home, modules, lab)}`);
  }
} finally {
  images.unmount();
  rmSync(folder, { recursive: true, force: true });
}

function checkImage(target: string): void {
  const name = `stratlab-${target}`;
  images.buildTarget(name, 'Dockerfile', target, { BASE: 'localhost/stratlab-base' });
  const { User, Entrypoint } = images.configOf(name);
  assert.equal(User, services[target].user);
  assert.deepEqual(Entrypoint, entryPoint());
  const place = prepare(mkdtempSync(join(folder, `${target}-`)), ['--ro-bind', mounted(target), '/']);
  assertConfined(target, place);
  say(`${target}: built, writes its volumes and nothing else, reaches nobody.`);
}

/** The image's files; nothing of ours in them is a source. */
function mounted(target: string): string {
  const files = images.mount(`stratlab-${target}`);
  const ours = readdirSync(join(files, 'opt/stratlab/node_modules/stratlab'), { recursive: true, encoding: 'utf8' });
  assert.deepEqual(
    ours.filter((file) => file.endsWith('.ts')),
    [],
  );
  return files;
}

async function checkStory(home: string, modules: string, place: Place): Promise<void> {
  const fetching = { ...place, system: ['--ro-bind', mounted('data-fetch'), '/'] };
  const bars = ['/incoming/bars.csv', '--symbol', 'BTCUSD', '--timeframe', '1d'];
  say(runIn('data-fetch', fetching, [...entryPoint(), 'import', ...bars]).split('\n')[0]);
  const { resultHash } = await researchOver(transportTo(place), 'BTCUSD');
  say(`A client trained a model and ran backtest ${resultHash.slice(0, 12)} in the lab's image.`);
  const over = await runProfile(home, modules, place);
  assert.equal(over.resultHash, resultHash);
  say('The same came of it over HTTP, with Redis and a worker in containers of their own.');
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
