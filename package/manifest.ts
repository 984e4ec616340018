import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { dependencies, optionalPeers } from './dependencies.ts';

const rootSchema = z.object({ version: z.string(), description: z.string(), license: z.string() });
const requiredBy = z.object({ dependencies: z.record(z.string(), z.string()) });

/** The package.json of what is published. Versions come from the workspaces that import the dependencies. */
export async function packageManifest(root: string) {
  const { version, description, license } = rootSchema.parse(await readJson(join(root, 'package.json')));
  const workspaces = ['knowledge', 'reports'].map(async (name) =>
    requiredBy.parse(await readJson(join(root, name, 'package.json'))),
  );
  const versions = Object.assign({}, ...(await Promise.all(workspaces)).map((workspace) => workspace.dependencies));
  return {
    name: 'stratlab',
    version,
    description,
    license,
    keywords: ['mcp', 'backtesting', 'trading', 'research', 'statistics', 'neural-network', 'fuzzy'],
    type: 'module',
    engines: { node: '>=22.14 <23 || >=23.6' },
    bin: { stratlab: 'stratlab.js' },
    files: ['stratlab.js', 'dist', 'licences.txt'],
    dependencies: Object.fromEntries(dependencies.map((name) => [name, z.string().parse(versions[name])])),
    peerDependencies: optionalPeers,
    peerDependenciesMeta: Object.fromEntries(Object.keys(optionalPeers).map((name) => [name, { optional: true }])),
  };
}

export async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'));
}
