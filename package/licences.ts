import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const described = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string().default('see its repository'),
});

/** The licences of the packages that `inputs` come from, as the text that must go with copies of them. */
export async function licencesOf(root: string, inputs: readonly string[]): Promise<string> {
  const folders = new Set(inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []));
  const notices = await Promise.all([...folders].sort().map((folder) => noticeOf(join(root, folder))));
  return ['Parts of other packages are bundled with Stratlab, under these licences.', ...notices].join('\n\n');
}

async function noticeOf(folder: string): Promise<string> {
  const { name, version, license } = described.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
  const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|notice)/i.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  return [`${'='.repeat(80)}\n${name} ${version} (${license})`, ...texts.map((text) => text.trim())].join('\n\n');
}
