import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** What the build's shell lines call. */
const programs = ['sh', 'env', 'mkdir', 'chown', 'rm', 'cat', 'ls'];

/**
 * Puts into `folder` what the Dockerfile wants of its base (Node, npm, a shell, certificates), taken from this machine,
 * and the Containerfile that makes an image of it. Package settings of this machine's npm that name a registry go along.
 */
export function writeLocalBase(folder: string): void {
  const rootfs = join(folder, 'rootfs');
  for (const name of [
    'usr/bin',
    'usr/local/bin',
    'usr/local/lib',
    'etc/ssl',
    'root',
    'proc',
    'dev',
    'sys',
    'run/secrets',
    'tmp',
  ]) {
    mkdirSync(join(rootfs, name), { recursive: true });
  }
  chmodSync(join(rootfs, 'tmp'), 0o1777);
  symlinkSync('usr/bin', join(rootfs, 'bin'));
  for (const name of programs) addProgram(rootfs, which(name), join('usr/bin', name));
  addProgram(rootfs, realpathSync(process.execPath), 'usr/local/bin/node');
  const npm = dirname(dirname(realpathSync(which('npm'))));
  cpSync(npm, join(rootfs, 'usr/local/lib/npm'), { recursive: true });
  symlinkSync('../lib/npm/bin/npm-cli.js', join(rootfs, 'usr/local/bin/npm'));
  cpSync('/etc/ssl/certs', join(rootfs, 'etc/ssl/certs'), { recursive: true, dereference: true });
  for (const name of ['passwd', 'group']) writeFileSync(join(rootfs, 'etc', name), readFileSync(join('/etc', name)));
  for (const name of ['hosts', 'resolv.conf']) writeFileSync(join(rootfs, 'etc', name), '');
  const settings = ['registry', 'cafile'].flatMap((name) => {
    const value = execFileSync('npm', ['config', 'get', name], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    return value === 'null' || value === '' ? [] : [`NPM_CONFIG_${name.toUpperCase()}=${value}`];
  });
  const environment = ['PATH=/usr/local/bin:/usr/bin:/bin', 'HOME=/root', ...settings].join(' ');
  writeFileSync(join(folder, 'Containerfile'), `FROM scratch\nCOPY rootfs /\nENV ${environment}\n`);
}

/** Copies a program with the libraries that it is linked to. */
function addProgram(rootfs: string, from: string, to: string): void {
  copyFileSync(realpathSync(from), join(rootfs, to));
  const libraries = execFileSync('ldd', [from], { encoding: 'utf8' }).match(/\/\S+/g) ?? [];
  for (const library of libraries) {
    mkdirSync(join(rootfs, dirname(library)), { recursive: true });
    copyFileSync(realpathSync(library), join(rootfs, library));
  }
}

function which(name: string): string {
  return execFileSync('which', [name], { encoding: 'utf8' }).trim();
}
