import { cp, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { packExtension } from '@anthropic-ai/mcpb/cli';
import { prompts } from '@stratlab/mcp/prompts/index.ts';
import { tools } from '@stratlab/mcp/tools/index.ts';
import { chooseTools } from '@stratlab/mcp/toolsets.ts';
import { z } from 'zod';
import { packageManifest, readJson } from './manifest.ts';

/** Sources of the native parts, and fonts that no picture uses. */
const leftOut = [
  'node_modules/better-sqlite3/deps',
  'node_modules/better-sqlite3/src',
  'node_modules/dejavu-fonts-ttf/ttf/*',
  '!node_modules/dejavu-fonts-ttf/ttf/DejaVuSans.ttf',
  '!node_modules/dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf',
];

const root = resolve(import.meta.dirname, '..');
const out = resolve(process.argv[2] ?? join(import.meta.dirname, 'out'));

/**
 * The `.mcpb` that Claude Desktop installs, of the package that was built into the same folder: with its dependencies,
 * for every platform they have. `node package/desktop.ts [<folder>]`
 */
async function packDesktop(): Promise<string> {
  const manifest = await packageManifest(root);
  const extension = join(out, 'desktop');
  await rm(extension, { recursive: true, force: true });
  await cp(join(out, manifest.name), extension, { recursive: true });
  for (const name of await withTheirs(Object.keys(manifest.dependencies))) {
    await mkdir(join(extension, 'node_modules', name), { recursive: true });
    await cp(join(root, 'node_modules', name), join(extension, 'node_modules', name), { recursive: true });
  }
  await writeFile(join(extension, '.mcpbignore'), leftOut.join('\n'));
  await writeFile(join(extension, 'manifest.json'), JSON.stringify(desktopManifest(manifest), null, 2));
  const file = join(out, `stratlab-${manifest.version}.mcpb`);
  if (!(await packExtension({ extensionPath: extension, outputPath: file, silent: true }))) {
    throw new Error(`${extension} was not packed: npx mcpb validate ${join(extension, 'manifest.json')} says why.`);
  }
  return file;
}

const needing = z.object({ dependencies: z.record(z.string(), z.string()).default({}) });

async function withTheirs(names: readonly string[]): Promise<Set<string>> {
  const all = new Set(names);
  for (const name of all) {
    const { dependencies } = needing.parse(await readJson(join(root, 'node_modules', name, 'package.json')));
    for (const theirs of Object.keys(dependencies)) all.add(theirs);
  }
  return all;
}

function desktopManifest({
  name,
  version,
  description,
  license,
  keywords,
  engines,
  bin,
}: Awaited<ReturnType<typeof packageManifest>>) {
  const offered = chooseTools(tools, {});
  return {
    manifest_version: '0.3',
    name,
    display_name: 'Stratlab',
    version,
    description,
    author: { name: 'The Stratlab authors' },
    license,
    keywords,
    server: {
      type: 'node',
      entry_point: bin.stratlab,
      mcp_config: {
        command: 'node',
        args: [`\${__dirname}/${bin.stratlab}`, 'serve', '--toolsets', `\${user_config.toolsets}`],
        env: { STRATLAB_HOME: `\${user_config.home}` },
      },
    },
    tools: offered.map((tool) => ({ name: tool.name, description: tool.description.does })),
    tools_generated: true,
    prompts: prompts.map((prompt) => ({
      name: prompt.name,
      description: prompt.description,
      arguments: Object.keys(prompt.arguments),
      text: prompt.text(placeholders(prompt.arguments), (tool) => offered.some(({ name }) => name === tool)),
    })),
    prompts_generated: true,
    compatibility: { platforms: ['darwin', 'linux', 'win32'], runtimes: { node: engines.node } },
    user_config: {
      home: {
        type: 'directory',
        title: "The lab's folder",
        description: 'Holds bars, strategies, models, results and the database',
        required: true,
        default: `\${HOME}/stratlab`,
      },
      toolsets: {
        type: 'string',
        title: 'Tools',
        description: 'core, all, or headings separated by commas',
        required: false,
        default: 'core',
      },
    },
  };
}

/** The words that Claude Desktop replaces by what the person writes. */
function placeholders(given: object): Record<string, string> {
  return Object.fromEntries(Object.keys(given).map((key) => [key, `\${arguments.${key}}`]));
}

const packed = await packDesktop();
process.stdout.write(`${packed} (${((await stat(packed)).size / 1e6).toFixed(1)} MB)\n`);
