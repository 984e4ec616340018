import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { prompts } from '@stratlab/mcp/prompts/index.ts';
import { tools } from '@stratlab/mcp/tools/index.ts';
import { parse } from 'yaml';
import { z } from 'zod';
import { root, run } from '../packaged.ts';
import { cli } from './client.ts';

const plugin = join(root, 'plugin');
const kebab = z.string().regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
const relative = z.string().startsWith('./');
const author = z.strictObject({ name: z.string(), email: z.string().optional(), url: z.url().optional() });
const server = z.strictObject({
  type: z.literal('stdio').optional(),
  command: z.string(),
  args: z.array(z.string()),
  env: z.record(z.string(), z.string()).optional(),
});
/** As Claude Code documents them. */
const pluginSchema = z.strictObject({
  name: kebab,
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  description: z.string().max(200),
  author,
  license: z.string(),
  keywords: z.array(z.string()),
});
const marketplaceSchema = z.strictObject({
  name: kebab,
  description: z.string(),
  owner: author,
  plugins: z.array(z.strictObject({ name: kebab, description: z.string(), source: relative })).min(1),
});
const serversSchema = z.strictObject({ mcpServers: z.record(z.string(), server) });
const skillSchema = z.strictObject({ name: kebab.max(64), description: z.string().max(1024) });
const commandSchema = z.strictObject({ description: z.string(), 'argument-hint': z.string() });

function filesBelow(folder: string): string[] {
  const all = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return all.filter((path) => statSync(join(folder, path)).isFile());
}

function read(folder: string, path: string): unknown {
  const text = readFileSync(join(folder, path), 'utf8');
  return path.endsWith('.json') ? JSON.parse(text) : text;
}

function frontMatter(path: string): unknown {
  return parse(/^---\n([\s\S]*?)\n---\n/.exec(String(read(plugin, path)))?.[1] ?? '');
}

test('plugin/ is what `npm run build:plugin` makes of the prompts and the guide', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'stratlab-plugin-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  await run(process.execPath, [join(root, 'package', 'plugin.ts'), folder]);
  assert.deepEqual(filesBelow(plugin), filesBelow(folder));
  for (const path of filesBelow(folder)) assert.deepEqual(read(plugin, path), read(folder, path), path);
});

test('the plugin has the documented form, and a command for every prompt', () => {
  const { name } = pluginSchema.parse(read(plugin, '.claude-plugin/plugin.json'));
  const { plugins } = marketplaceSchema.parse(read(plugin, '.claude-plugin/marketplace.json'));
  assert.deepEqual(
    plugins.map((entry) => entry.name),
    [name],
  );
  for (const { source } of plugins) assert.ok(statSync(join(plugin, source, '.claude-plugin/plugin.json')).isFile());
  serversSchema.parse(read(plugin, '.mcp.json'));
  assert.equal(skillSchema.parse(frontMatter('skills/research/SKILL.md')).name, 'research');
  const commands = readdirSync(join(plugin, 'commands'));
  assert.deepEqual(commands.sort(), prompts.map((prompt) => `${prompt.name.replaceAll('_', '-')}.md`).sort());
  for (const file of commands) {
    commandSchema.parse(frontMatter(`commands/${file}`));
    assert.match(String(read(plugin, `commands/${file}`)), /\$ARGUMENTS/);
  }
});

test('the plugin names only tools that there are', () => {
  const known = new Set(tools.map((tool) => tool.name));
  const words = filesBelow(plugin)
    .filter((path) => path.endsWith('.md'))
    .flatMap((path) => [
      ...String(read(plugin, path)).matchAll(
        /\b(get|list|run|create|save|search|start|end|load|check|compute|validate|train|test|mutate|explain)_[a-z_]+\b/g,
      ),
    ])
    .map(([word]) => word);
  assert.ok(words.length > 10);
  for (const word of words) assert.ok(known.has(word), word);
});

test('the snippets of the README parse, and their flags are those of the command', async () => {
  const readme = readFileSync(join(root, 'package', 'README.md'), 'utf8');
  const snippets = [...readme.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text]) => JSON.parse(text));
  const commands = snippets.flatMap(({ mcpServers, servers }) => Object.values({ ...mcpServers, ...servers }));
  const lines = commands.map((given) => server.parse(given)).map(({ command, args }) => [command, ...args].join(' '));
  const written = [...readme.matchAll(/(?:\bstratlab |`)(?:serve|import|demo)\b[^`\n]*/g)].map(([line]) => line);
  for (const line of [...lines, ...written]) {
    const [, name, flags] = /(?:\bstratlab(?:-lab)? |`)(serve|import|demo)\b(.*)/.exec(line) ?? assert.fail(line);
    const { stdout: help } = await run(process.execPath, [cli, name, '--help']);
    for (const [flag] of flags.matchAll(/--[a-z-]+/g)) assert.ok(help.includes(flag), `${name} ${flag}`);
  }
  assert.ok(lines.length >= 4 && written.length >= 4);
});
