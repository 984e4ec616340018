import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** This machine's npm, where Node's own images have it. */
export function addNpm(rootfs: string): void {
  const npm = dirname(dirname(realpathSync(which('npm'))));
  cpSync(npm, join(rootfs, 'usr/local/lib/node_modules/npm'), { recursive: true });
  for (const name of ['npm', 'npx']) {
    symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(rootfs, 'usr/local/bin', name));
  }
}

/** The authorities that this machine trusts, instead of any there. */
export function addCertificates(rootfs: string): void {
  const folder = join(rootfs, 'etc/ssl/certs');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync('/etc/ssl/certs', folder, { recursive: true, dereference: true });
}

/** Makes an image of `rootfs` in `folder`. Settings of this machine's npm that name a registry go along. */
export function writeContainerfile(folder: string): void {
  const settings = ['registry', 'cafile'].flatMap((name) => {
    const value = execFileSync('npm', ['config', 'get', name], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    return value === 'null' || value === '' ? [] : [`NPM_CONFIG_${name.toUpperCase()}=${value}`];
  });
  const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  const environment = [path, 'HOME=/root', ...settings].join(' ');
  writeFileSync(join(folder, 'Containerfile'), `FROM scratch\nCOPY rootfs /\nENV ${environment}\n`);
}

export function which(name: string): string {
  return execFileSync('which', [name], { encoding: 'utf8' }).trim();
}
