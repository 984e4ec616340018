import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { root, run } from '../packaged.ts';
import { mountOf, readCompose, type Service } from './compose-file.ts';
import { missing } from './missing.ts';

const { services, networks, volumes, secrets } = readCompose('compose.yaml');
const gpu = readCompose('compose.gpu.yaml').services['gpu-worker'];
const all = { ...services, 'gpu-worker': gpu };

const file = (name: string) => ['-f', join(root, 'docker', name)];

test('docker-compose accepts the files, with and without the GPU', { skip: missing('docker-compose') }, async () => {
  for (const [files, expected] of [
    [file('compose.yaml'), Object.keys(services)],
    [[...file('compose.yaml'), ...file('compose.gpu.yaml')], Object.keys(all)],
  ] as const) {
    const { stdout } = await run('docker-compose', [...files, '--profile', 'research', 'config', '--services']);
    assert.deepEqual(stdout.trim().split('\n').sort(), [...expected].sort());
  }
});

test('the profile research starts everything but the job that fetches data', () => {
  for (const [name, { profiles }] of Object.entries(all)) {
    assert.deepEqual(profiles, [name === 'data-fetch' ? 'fetch' : 'research'], name);
  }
});

test('what a service names is there, and what is there is used', () => {
  const used = Object.values(all);
  const sources = used.flatMap((service) => service.volumes.map((volume) => mountOf(volume).source));
  assert.deepEqual(new Set(sources.filter((source) => !/^[.$]/.test(source))), new Set(Object.keys(volumes)));
  assert.deepEqual(new Set(used.flatMap((service) => service.networks)), new Set(Object.keys(networks)));
  assert.deepEqual(new Set(used.flatMap((service) => service.secrets)), new Set(Object.keys(secrets)));
});

test('market data are read-only everywhere but where they are fetched', () => {
  for (const [name, service] of Object.entries(all)) {
    for (const { source, readOnly } of service.volumes.map(mountOf)) {
      if (source === 'data') assert.equal(readOnly, name !== 'data-fetch', name);
      if (/^[./$]/.test(source)) assert.ok(readOnly, `${name} could write ${source} of this machine`);
      assert.doesNotMatch(source, /docker\.sock|^\/(?:etc|proc|sys|root|home)/);
    }
  }
});

test('only the job that fetches data has a network that leads out, and only this machine can come in', () => {
  const leadsOut = (name: string) =>
    !networks[name].internal &&
    JSON.stringify(networks[name]).includes('"com.docker.network.bridge.enable_ip_masquerade":"false"') === false;
  for (const [name, service] of Object.entries(all)) {
    assert.equal(service.networks.some(leadsOut), name === 'data-fetch', name);
    if (name !== 'door' && name !== 'data-fetch') assert.deepEqual(service.networks, ['research'], name);
    for (const port of service.ports) assert.match(port, /^127\.0\.0\.1:/);
  }
  assert.ok(networks.research.internal);
});

test('secrets come as files', () => {
  for (const { environment, secrets: given } of Object.values(all)) {
    for (const [name, value] of Object.entries(environment)) {
      if (/TOKEN|SECRET|PASSWORD|KEY/.test(name)) assert.match(value, /^\/run\/secrets\//, name);
    }
    const files = Object.values(environment).flatMap((value) => /^\/run\/secrets\/(.*)/.exec(value)?.[1] ?? []);
    assert.deepEqual(files.sort(), [...given].sort());
  }
});

test('Redis forgets nothing that it has taken', () => {
  const command = (services.redis.command ?? []).join(' ');
  for (const flag of ['--appendonly yes', '--appendfsync always', '--maxmemory-policy noeviction']) {
    assert.ok(command.includes(flag), flag);
  }
});

test('the worker with a GPU is held as the others are', () => {
  const held = ({
    user,
    read_only,
    cap_drop,
    security_opt,
    networks,
    volumes,
    secrets,
    environment,
    pids_limit,
    logging,
  }: Service) => ({
    ...{ user, read_only, cap_drop, security_opt, networks, volumes, secrets, environment, pids_limit, logging },
  });
  assert.deepEqual(held(gpu), held(services.worker));
  assert.match(JSON.stringify(gpu.deploy), /"driver":"nvidia"/);
});
