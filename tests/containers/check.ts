import assert from 'node:assert/strict';
import { execFileSync, type StdioOptions } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { researchOver } from '../end-to-end/package-session.ts';
import { root } from '../packaged.ts';
import { writeLocalBase } from './local-base.ts';
import { missing } from './missing.ts';
import { entryPoint } from './sandbox.ts';
import { assertConfined, prepare, runIn, runProfile, services, transportTo } from './story.ts';

/**
 * `npm run check:containers`: builds the images with buildah from a base made of this machine's files, then runs each
 * under bubblewrap with the restrictions of compose.yaml. Minutes; needs buildah, bubblewrap, redis-server,
 * root and the registry.
 */
for (const program of ['buildah', 'bwrap', 'redis-server']) assert.equal(missing(program), false);
const folder = mkdtempSync(join(tmpdir(), 'stratlab-images-'));
const storage = ['--root', join(folder, 'storage'), '--runroot', join(folder, 'run')];
try {
  const base = join(folder, 'base');
  mkdirSync(base);
  writeLocalBase(base);
  build(['--tag', 'stratlab-base', base]);
  for (const target of ['lab', 'worker', 'data-fetch']) checkImage(target);
  await checkStory();
} finally {
  for (const mount of mountsBelow(folder)) execFileSync('umount', [mount]);
  rmSync(folder, { recursive: true, force: true });
}

/** The innermost first. */
function mountsBelow(place: string): string[] {
  const lines = readFileSync('/proc/mounts', 'utf8').split('\n');
  return lines
    .flatMap((line) => line.split(' ').slice(1, 2))
    .filter((at) => at.startsWith(place))
    .reverse();
}

function build(args: readonly string[]): void {
  buildah(['bud', '--isolation', 'chroot', '--layers', ...args]);
}

function buildah(args: readonly string[]): string {
  const stdio = ['ignore', 'pipe', 'inherit'] satisfies StdioOptions;
  return execFileSync('buildah', [...storage, ...args], { encoding: 'utf8', stdio, maxBuffer: 2 ** 26 }).trim();
}

function checkImage(target: string): void {
  const docker = join(root, 'docker');
  build([
    ...['--ignorefile', join(docker, 'Dockerfile.dockerignore'), '--file', join(docker, 'Dockerfile')],
    ...['--build-arg', 'BASE=localhost/stratlab-base', '--target', target, '--tag', `stratlab-${target}`, root],
  ]);
  const { OCIv1 } = JSON.parse(buildah(['inspect', '--type', 'image', `stratlab-${target}`]));
  assert.equal(OCIv1.config.User, services[target].user);
  assert.deepEqual(OCIv1.config.Entrypoint, entryPoint());
  const place = prepare(mkdtempSync(join(folder, `${target}-`)), ['--ro-bind', mounted(target), '/']);
  assertConfined(target, place);
  say(`${target}: built, writes its volumes and nothing else, reaches nobody.`);
}

/** The image's files; nothing of ours in them is a source. */
function mounted(target: string): string {
  const files = buildah(['mount', buildah(['from', `localhost/stratlab-${target}`])]);
  const ours = readdirSync(join(files, 'opt/stratlab/node_modules/stratlab'), { recursive: true, encoding: 'utf8' });
  assert.deepEqual(
    ours.filter((file) => file.endsWith('.ts')),
    [],
  );
  return files;
}

async function checkStory(): Promise<void> {
  const home = mkdtempSync(join(folder, 'story-'));
  const lab = mounted('lab');
  const place = prepare(home, ['--ro-bind', lab, '/']);
  const fetching = { ...place, system: ['--ro-bind', mounted('data-fetch'), '/'] };
  const bars = ['/incoming/bars.csv', '--symbol', 'BTCUSD', '--timeframe', '1d'];
  say(runIn('data-fetch', fetching, [...entryPoint(), 'import', ...bars]).split('\n')[0]);
  const { resultHash } = await researchOver(transportTo(place), 'BTCUSD');
  say(`A client trained a model and ran backtest ${resultHash.slice(0, 12)} in the lab's image.`);
  const over = await runProfile(home, join(lab, 'opt/stratlab/node_modules'), place);
  assert.equal(over.resultHash, resultHash);
  say('The same came of it over HTTP, with Redis and a worker in containers of their own.');
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
