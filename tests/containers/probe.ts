import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { accessSync, constants, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';

/** Runs inside a container and says on stdout what it could do there. Addresses are of the range kept for examples. */
const status = readFileSync('/proc/self/status', 'utf8');
const inStatus = (name: string) => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status)?.[1];

process.stdout.write(
  JSON.stringify({
    uid: process.getuid?.(),
    gid: process.getgid?.(),
    capabilities: ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].map(inStatus),
    noNewPrivileges: inStatus('NoNewPrivs'),
    writable: foldersBelow('/', 3).filter(canWrite),
    interfaces: Object.keys(networkInterfaces()),
    routes: readFileSync('/proc/net/route', 'utf8').trim().split('\n').length - 1,
    reached: [await reaches('192.0.2.1', 443), await reaches('192.0.2.1', 4002), await resolves('broker.example')],
    processes: readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length,
    environment: Object.keys(process.env).sort(),
  }),
);

function foldersBelow(folder: string, depth: number): string[] {
  if (depth === 0 || folder === '/proc' || folder === '/sys') return [];
  try {
    const inner = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return [folder, ...inner.flatMap(({ name }) => foldersBelow(join(folder, name), depth - 1))];
  } catch {
    return [folder];
  }
}

function canWrite(folder: string): boolean {
  const file = join(folder, `probe-${process.pid}`);
  try {
    writeFileSync(file, '');
    accessSync(file, constants.F_OK);
    rmSync(file);
    return true;
  } catch {
    return false;
  }
}

async function reaches(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port, timeout: 2_000 });
  try {
    await Promise.race([
      once(socket, 'connect'),
      once(socket, 'timeout').then(() => Promise.reject(new Error('silent'))),
    ]);
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function resolves(name: string): Promise<boolean> {
  return lookup(name).then(
    () => true,
    () => false,
  );
}
