import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Prompt } from '@stratlab/mcp/prompt.ts';
import { howToCount, howToWorkLong, lines } from '@stratlab/mcp/prompts/house-rules.ts';
import { prompts } from '@stratlab/mcp/prompts/index.ts';
import { guideText } from '@stratlab/mcp/resources/guide.ts';
import { tools } from '@stratlab/mcp/tools/index.ts';
import { chooseTools } from '@stratlab/mcp/toolsets.ts';
import { packageManifest } from './manifest.ts';

const offered = new Set(chooseTools(tools, {}).map(({ name }) => name));
const has = (tool: string) => offered.has(tool);

/** The Claude Code plugin, file by file; its words are those of the lab's guide and prompts. */
async function pluginFiles(root: string): Promise<Map<string, string>> {
  const { name, version, description, license, keywords } = await packageManifest(root);
  const plugin = { name, version, description, author: { name: 'The Stratlab authors' }, license, keywords };
  const marketplace = { name, description, owner: plugin.author, plugins: [{ name, description, source: './' }] };
  return new Map([
    ['.claude-plugin/plugin.json', json(plugin)],
    ['.claude-plugin/marketplace.json', json(marketplace)],
    ['.mcp.json', json({ mcpServers: { [name]: server } })],
    ['skills/research/SKILL.md', skill()],
    ...prompts.map((prompt) => [`commands/${hyphened(prompt.name)}.md`, slashCommand(prompt)] as const),
  ]);
}

/** The lab is kept in the project's folder, where the shell names no other. */
const server = {
  command: 'npx',
  args: ['-y', 'stratlab', 'serve'],
  env: { STRATLAB_HOME: `\${STRATLAB_HOME:-./.lab}` },
};

function skill(): string {
  return lines([
    ...frontMatter({
      name: 'research',
      description:
        'How to research a trading idea in Stratlab without fooling oneself: hypothesis before results, counted trials, costs, one look at the test segment. Use when asked to find, test, improve or judge a trading strategy, indicator, model or market effect.',
    }),
    guideText,
    ...howToCount(1, has).map((line) => line.replace('## 1. ', '## ')),
    '',
    ...howToWorkLong,
    '',
  ]);
}

function slashCommand({ description, arguments: wanted, text }: Prompt): string {
  const names = Object.keys(wanted);
  const words = Object.fromEntries(names.map((name) => [name, name.toUpperCase()]));
  return lines([
    ...frontMatter({ description, 'argument-hint': names.map((name) => `[${name}]`).join(' ') }),
    `Asked for: $ARGUMENTS`,
    '',
    'From that, read these words in what follows; ask for one that is missing and has no default.',
    ...Object.entries(wanted).map(
      ([name, { description: meaning, default: usual }]) =>
        `- ${words[name]}: ${meaning}${usual === undefined ? '' : ` By default "${usual}".`}`,
    ),
    '',
    text(words, has),
    '',
  ]);
}

function frontMatter(fields: Record<string, string>): string[] {
  return ['---', ...Object.entries(fields).map(([name, value]) => `${name}: ${JSON.stringify(value)}`), '---', ''];
}

function hyphened(name: string): string {
  return name.replaceAll('_', '-');
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** `npm run build:plugin [-- <folder>]` */
if (import.meta.main) {
  const root = resolve(import.meta.dirname, '..');
  const folder = resolve(process.argv[2] ?? join(root, 'plugin'));
  for (const [path, text] of await pluginFiles(root)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}
