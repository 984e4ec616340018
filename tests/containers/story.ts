import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { generateBars } from '@stratlab/data/market.ts';
import { findMarket } from '@stratlab/data/markets/index.ts';
import { z } from 'zod';
import { run } from '../packaged.ts';
import { mountOf, readCompose, type Service } from './compose-file.ts';
import type { Profile } from './profile-file.ts';
import { bubblewrap, entryPoint, type Place } from './sandbox.ts';
import { type Trained, trainedSchema } from './training.ts';

export const services: Record<string, Service> = {
  ...readCompose('compose.yaml').services,
  ...readCompose('compose.gpu.yaml').services,
};

/** A folder for every volume, a file for every secret, and bars to bring in, below `folder`. */
export function prepare(folder: string, system: readonly string[]): Place {
  const names = ['data', 'experiments', 'models', 'results', 'strategies', 'incoming', 'redis'];
  for (const name of names) mkdirSync(join(folder, name));
  const [workers, mine] = ['w'.repeat(43), 'm'.repeat(43)];
  writeFileSync(join(folder, 'tokens'), `worker lab:work ${workers}\nme lab:read,lab:run,lab:train ${mine}\n`);
  writeFileSync(join(folder, 'worker_token'), workers);
  writeFileSync(join(folder, 'my_token'), mine);
  const { time, open, high, low, close, volume } = generateBars(findMarket('fuzzy_rsi'), {
    timeframe: '1d',
    bars: 2000,
    seed: 1,
  });
  const rows = Array.from(time, (at, k) =>
    [new Date(at).toISOString(), open[k], high[k], low[k], close[k], volume[k]].join(),
  );
  writeFileSync(join(folder, 'incoming', 'bars.csv'), ['time,open,high,low,close,volume', ...rows].join('\n'));
  const volumes = Object.fromEntries(names.map((name) => [name, join(folder, name)]));
  return {
    system,
    volumes: { ...volumes, '${STRATLAB_INCOMING:-./incoming}': join(folder, 'incoming') },
    secrets: { tokens: join(folder, 'tokens'), worker_token: join(folder, 'worker_token') },
    environment: {},
  };
}

/** Runs a command of a service to its end; its stdout. */
export function runIn(name: string, place: Place, command: readonly string[]): string {
  return runAs(services[name], place, command);
}

function runAs(service: Service, place: Place, command: readonly string[]): string {
  return execFileSync('bwrap', bubblewrap(service, place, command), {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

const probeSchema = z.strictObject({
  uid: z.int(),
  gid: z.int(),
  capabilities: z.array(z.string()),
  noNewPrivileges: z.string(),
  writable: z.array(z.string()),
  interfaces: z.array(z.string()),
  routes: z.int(),
  reached: z.array(z.boolean()),
  processes: z.int(),
  environment: z.array(z.string()),
});

/** Tries from within what a program could do in a service's place, and fails if that is more than compose.yaml says. */
export function assertConfined(name: string, place: Place): void {
  const { user, volumes, environment } = services[name];
  const found = probe(name, place);
  assert.equal(`${found.uid}:${found.gid}`, user);
  assert.deepEqual(new Set(found.capabilities), new Set(['0000000000000000']));
  assert.equal(found.noNewPrivileges, '1');
  const mounts = volumes.map(mountOf).filter(({ readOnly }) => !readOnly);
  assert.deepEqual(found.writable.sort(), ['/tmp', ...mounts.map(({ target }) => target)].sort());
  assert.deepEqual(found.interfaces, ['lo']);
  assert.equal(found.routes, 0);
  assert.deepEqual(found.reached, [false, false, false]);
  assert.ok(found.processes <= 3, `sees ${found.processes} processes`);
  const given = { ...place.environment, ...environment };
  assert.deepEqual(found.environment, ['NODE_ENV', 'PATH', 'PWD', 'STRATLAB_HOME', ...Object.keys(given)].sort());
}

function probe(name: string, place: Place): z.infer<typeof probeSchema> {
  const service = { ...services[name], volumes: [...services[name].volumes, 'probe:/tmp/probe.ts:ro'] };
  const volumes = { ...place.volumes, probe: join(import.meta.dirname, 'probe.ts') };
  return probeSchema.parse(JSON.parse(runAs(service, { ...place, volumes }, ['node', '/tmp/probe.ts'])));
}

/** A client's way to the lab's own entry point in its container. */
export function transportTo(place: Place): StdioClientTransport {
  const service = { ...services.lab, environment: { STRATLAB_LOG_LEVEL: 'warn' } };
  const args = bubblewrap(service, place, [...entryPoint(), 'serve', '--toolsets', 'all']);
  return new StdioClientTransport({ command: 'bwrap', args });
}

/** A client's research with the profile running, on a network that leads nowhere; BTCUSD must have been brought in. */
export async function runProfile(folder: string, modules: string, place: Place): Promise<{ resultHash: string }> {
  const printed = await inProfile(folder, modules, { lab: place, worker: place });
  return z.looseObject({ resultHash: z.string() }).parse(printed);
}

/** The same with a GPU's worker in `worker`, which trains the strategy that the research stored. */
export async function trainInProfile(folder: string, modules: string, lab: Place, worker: Place): Promise<Trained> {
  return trainedSchema.parse(await inProfile(folder, modules, { lab, worker, gpuEngine: 'tensorflow' }));
}

/** What `profile.ts` printed. */
async function inProfile(folder: string, modules: string, profile: Profile): Promise<unknown> {
  writeFileSync(join(folder, 'profile.json'), JSON.stringify(profile));
  const script = [process.execPath, join(import.meta.dirname, 'profile.ts'), folder, modules];
  const { stdout } = await run('bwrap', ['--dev-bind', '/', '/', '--unshare-net', '--die-with-parent', ...script]);
  return JSON.parse(stdout);
}
