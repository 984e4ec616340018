import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addCertificates, addNpm, writeContainerfile } from './base-image.ts';

/** What the GPU worker's build needs of Python's image and of Node's. */
const packages = ['ca-certificates', 'g++', 'make', 'python3', 'python3-pip'];

/**
 * Puts into `folder` Debian 12 with Python, a compiler, and this Node with its headers, in the places where Python's and
 * Node's own images have them, and the Containerfile that makes an image of it.
 */
export function writeDebianBase(folder: string): void {
  const rootfs = join(folder, 'rootfs');
  mkdirSync(folder);
  execFileSync('debootstrap', ['--variant=minbase', `--include=${packages.join()}`, 'bookworm', rootfs], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  addNode(rootfs, folder);
  addNpm(rootfs);
  addCertificates(rootfs);
  mkdirSync(join(rootfs, 'run/secrets'), { recursive: true });
  writeFileSync(join(rootfs, 'etc/hosts'), '');
  writeContainerfile(folder);
}

/** The program and its headers come as a package of the registry. */
function addNode(rootfs: string, folder: string): void {
  const name = `node-linux-${process.arch}@${process.versions.node}`;
  const packed = execFileSync('npm', ['pack', '--silent', name], { cwd: folder, encoding: 'utf8' }).trim();
  const places = ['package/bin', 'package/include'];
  execFileSync('tar', ['-xzf', packed, '--strip-components=1', '-C', join(rootfs, 'usr/local'), ...places], {
    cwd: folder,
  });
  mkdirSync(join(rootfs, 'usr/local/lib/node_modules'), { recursive: true });
}
