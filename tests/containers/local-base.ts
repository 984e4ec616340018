import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { addCertificates, addNpm, which, writeContainerfile } from './base-image.ts';

/** What the build's shell lines call. */
const programs = ['sh', 'env', 'mkdir', 'chown', 'rm', 'cat', 'ls'];

/**
 * Puts into `folder` what the Dockerfile wants of its base (Node, npm, a shell, certificates), taken from this machine,
 * and the Containerfile that makes an image of it.
 */
export function writeLocalBase(folder: string): void {
  const rootfs = join(folder, 'rootfs');
  for (const name of ['usr/bin', 'usr/local/bin', 'root', 'etc', 'proc', 'dev', 'sys', 'run/secrets', 'tmp']) {
    mkdirSync(join(rootfs, name), { recursive: true });
  }
  chmodSync(join(rootfs, 'tmp'), 0o1777);
  symlinkSync('usr/bin', join(rootfs, 'bin'));
  for (const name of programs) addProgram(rootfs, which(name), join('usr/bin', name));
  addProgram(rootfs, realpathSync(process.execPath), 'usr/local/bin/node');
  addNpm(rootfs);
  addCertificates(rootfs);
  for (const name of ['passwd', 'group']) writeFileSync(join(rootfs, 'etc', name), readFileSync(join('/etc', name)));
  for (const name of ['hosts', 'resolv.conf']) writeFileSync(join(rootfs, 'etc', name), '');
  writeContainerfile(folder);
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
