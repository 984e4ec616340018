import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

export const root = resolve(import.meta.dirname, '..');
export const run = promisify(execFile);

export interface Packaged {
  /** Where everything was built. */
  out: string;
  tarball: string;
  /** A project without this repository, where the tarball is installed. */
  project: string;
  /** The installed command. */
  command: string;
}

/**
 * Packs the package into `folder` and installs it as a user would; its dependencies come from our node_modules, so
 * without network.
 */
export async function installPackage(folder: string): Promise<Packaged> {
  const out = join(folder, 'out');
  await run(process.execPath, [join(root, 'package', 'build.ts'), out]);
  const { version, dependencies } = described(join(out, 'stratlab', 'package.json'));
  const tarball = join(out, `stratlab-${version}.tgz`);
  const local = [...withTheirs(Object.keys(dependencies))].map((name) => [name, `file:${installed(name)}`]);
  const project = mkdtempSync(join(folder, 'project-'));
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ private: true, dependencies: { stratlab: `file:${tarball}`, ...Object.fromEntries(local) } }),
  );
  await run('npm', ['install', '--offline', '--install-links', '--ignore-scripts', '--no-audit'], { cwd: project });
  return {
    out,
    tarball,
    project,
    command: join(project, 'node_modules', 'stratlab', 'stratlab.js'),
  };
}

/** Adds packages that a person may install beside ours, as they are installed here. */
export function addPeers(project: string, names: readonly string[]): void {
  for (const name of withTheirs(names)) {
    const place = join(project, 'node_modules', name);
    if (!existsSync(place)) cpSync(installed(name), place, { recursive: true });
  }
}

const packageSchema = z.object({
  version: z.string(),
  dependencies: z.record(z.string(), z.string()).default({}),
});

function described(file: string) {
  return packageSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}

function installed(name: string): string {
  return join(root, 'node_modules', name);
}

function withTheirs(names: readonly string[]): Set<string> {
  const all = new Set(names);
  for (const name of all) {
    for (const theirs of Object.keys(described(join(installed(name), 'package.json')).dependencies)) {
      if (!existsSync(join(installed(name), 'node_modules', theirs))) all.add(theirs);
    }
  }
  return all;
}
