import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { flatName, followSiblings, type Siblings } from './siblings.ts';

export const command = 'cli/main.ts';
const requireOfCommonJs =
  "import { createRequire as createBundleRequire } from 'node:module'; const require = createBundleRequire(import.meta.url);";

/**
 * Writes a script and every script that it starts as JavaScript into `folder`, in chunks that they share, with the files
 * that they read beside them. `external` packages stay imports. Answers with the path of every bundled source.
 */
export async function bundle(
  root: string,
  folder: string,
  external: readonly string[],
  script = command,
): Promise<string[]> {
  const found: Siblings = { scripts: new Set([script]), assets: new Set() };
  for (;;) {
    const known = found.scripts.size;
    const { outputFiles, metafile } = await build({
      absWorkingDir: root,
      entryPoints: [...found.scripts].map((path) => ({ in: path, out: flatName(path).replace(/\.js$/, '') })),
      outdir: folder,
      plugins: [followSiblings(root, found)],
      external: external.flatMap((name) => [name, `${name}/*`]),
      banner: { js: requireOfCommonJs },
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node22',
      write: false,
      metafile: true,
      logLevel: 'warning',
    });
    if (found.scripts.size > known) continue;
    await mkdir(folder, { recursive: true });
    for (const { path, contents } of outputFiles) await writeFile(path, contents);
    for (const path of found.assets) {
      await cp(join(root, path), join(folder, flatName(path)), { recursive: true });
    }
    return Object.keys(metafile.inputs);
  }
}
