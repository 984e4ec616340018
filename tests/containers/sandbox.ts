import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { root } from '../packaged.ts';
import { mountOf, type Service } from './compose-file.ts';

export interface Place {
  /** Arguments that put the system's files and the package in place, read-only. */
  system: readonly string[];
  /** The folder on this machine for each named volume and other source of a mount. */
  volumes: Record<string, string>;
  /** The file on this machine for each secret. */
  secrets: Record<string, string>;
  /** What the image sets beyond the Dockerfile's. */
  environment: Record<string, string>;
  /** Shares the network of whoever starts it, where other services listen; without it there is none. */
  shareNetwork?: boolean;
}

/** The entry point of the image, as the Dockerfile has it. */
export function entryPoint(): string[] {
  return inDockerfile(/^ENTRYPOINT (.*)$/m);
}

/** What the image of the lab runs where no command is given. */
export function labCommand(): string[] {
  return inDockerfile(/^FROM runtime AS lab$[\s\S]*^CMD (.*)$/m);
}

function inDockerfile(line: RegExp): string[] {
  const words = line.exec(readFileSync(join(root, 'docker', 'Dockerfile'), 'utf8'))?.[1];
  return z.array(z.string()).parse(JSON.parse(words ?? 'null'));
}

/**
 * The arguments with which bubblewrap runs `command` under the restrictions that a service of compose.yaml states: user,
 * read-only root, no capabilities, no new privileges (bubblewrap always), a network of its own without a route, volumes,
 * tmpfs with its size, secrets and environment. Memory, processor and process limits are left to a real engine.
 */
export function bubblewrap(
  service: Service,
  { system, volumes, secrets, environment, shareNetwork = false }: Place,
  command: readonly string[],
): string[] {
  const [uid, gid] = service.user.split(':');
  return [
    ...['--unshare-all', '--die-with-parent', '--new-session', '--cap-drop', 'ALL', '--uid', uid, '--gid', gid],
    ...(shareNetwork ? ['--share-net'] : []),
    ...system,
    ...['--proc', '/proc', '--dev', '/dev', '--remount-ro', '/dev'],
    ...service.tmpfs.flatMap(tmpfs),
    ...service.volumes
      .map(mountOf)
      .flatMap(({ source, target, readOnly }) => [readOnly ? '--ro-bind' : '--bind', known(volumes, source), target]),
    ...['--tmpfs', '/run/secrets'],
    ...service.secrets.flatMap((name) => ['--ro-bind', known(secrets, name), `/run/secrets/${name}`]),
    ...['--remount-ro', '/run/secrets'],
    ...['--remount-ro', '/', '--chdir', '/lab', '--clearenv'],
    ...Object.entries({ ...imageEnvironment, ...environment, ...service.environment }).flatMap(([name, value]) => [
      '--setenv',
      name,
      value,
    ]),
    '--',
    ...command,
  ];
}

const imageEnvironment = { PATH: '/usr/local/bin:/usr/bin:/bin', NODE_ENV: 'production', STRATLAB_HOME: '/lab' };

function tmpfs(mount: string): string[] {
  const [, target, size] = /^([^:]+):.*\bsize=(\d+)m/.exec(mount) ?? [];
  if (target === undefined) throw new Error(`${mount} is a tmpfs without a size in MiB`);
  return ['--perms', '1777', '--size', String(Number(size) * 2 ** 20), '--tmpfs', target];
}

function known(places: Record<string, string>, name: string): string {
  const place = places[name];
  if (place === undefined) throw new Error(`No place was given for ${name}`);
  return place;
}
