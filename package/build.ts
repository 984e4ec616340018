import { execFileSync } from 'node:child_process';
import { cp, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { bundle } from './bundle.ts';
import { dependencies, optionalPeers } from './dependencies.ts';
import { licencesOf } from './licences.ts';
import { packageManifest } from './manifest.ts';

const root = resolve(import.meta.dirname, '..');
const out = resolve(process.argv[2] ?? join(import.meta.dirname, 'out'));
const folder = join(out, 'stratlab');

/** The npm package, with nothing left of an older one. `node package/build.ts [<folder>]` */
await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
const inputs = await bundle(root, join(folder, 'dist'), [...dependencies, ...Object.keys(optionalPeers)]);
const manifest = await packageManifest(root);
await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
await writeFile(join(folder, 'licences.txt'), await licencesOf(root, inputs));
await cp(join(import.meta.dirname, 'stratlab.js'), join(folder, 'stratlab.js'));
await cp(join(import.meta.dirname, 'README.md'), join(folder, 'README.md'));
await cp(join(root, 'LICENSE'), join(folder, 'LICENSE'));

const tarball = join(out, `stratlab-${manifest.version}.tgz`);
execFileSync('npm', ['pack', '--silent', '--pack-destination', out], { cwd: folder, stdio: 'ignore' });
process.stdout.write(`${tarball} (${((await stat(tarball)).size / 1e6).toFixed(1)} MB)\n`);
