import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import type { Plugin } from 'esbuild';

/** What sources name by `new URL('./x', import.meta.url)`, as paths from the root. */
export interface Siblings {
  scripts: Set<string>;
  /** Files and folders that are read, not run. */
  assets: Set<string>;
}

const named = /new URL\('(\.\/[^']+)', import\.meta\.url\)/g;

/** The name of a file of ours in the bundle, where all lie in one folder: `lab/worker.ts` is `lab-worker.js`. */
export function flatName(path: string): string {
  return path.replaceAll(/[\\/]/g, '-').replace(/\.ts$/, '.js');
}

/** Points `new URL('./x', import.meta.url)` in our sources at the place of x in the bundle, and collects what was named. */
export function followSiblings(root: string, found: Siblings): Plugin {
  return {
    name: 'siblings',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (relative(root, path).includes('node_modules')) return undefined;
        const source = await readFile(path, 'utf8');
        if (/import\.meta\.(dirname|filename)/.test(source)) {
          const text = `${path} reads import.meta.dirname, which a bundle moves. Write new URL('./x', import.meta.url).`;
          return { errors: [{ text }] };
        }
        const contents = source.replaceAll(named, (_, sibling: string) => {
          const target = relative(root, resolve(dirname(path), sibling)).replaceAll('\\', '/');
          (target.endsWith('.ts') ? found.scripts : found.assets).add(target);
          return `new URL('./${flatName(target)}', import.meta.url)`;
        });
        return { contents, loader: 'ts' };
      });
    },
  };
}
