import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Tool } from '@stratlab/mcp/tool.ts';
import { toolsets } from '@stratlab/mcp/tool.ts';
import { tools } from '@stratlab/mcp/tools/index.ts';
import { core } from '@stratlab/mcp/toolsets.ts';

/** What a model reads of one tool, in characters of name, description and input schema: 600 tokens of about 4. */
const longestTool = 2_400;
/** And of all tools of `core` together: 9,000 tokens. */
const longestCore = 36_000;
/** The whole page of `tools/list` for every tool, output schemas included. */
const longestPage = 200_000;

type Json = Record<string, unknown>;

const read = ({ listing: { name, description, inputSchema } }: Tool) =>
  JSON.stringify({ name, description, inputSchema });

test('every file of tools/ is one tool of the list, and the file has its name', () => {
  const folder = dirname(fileURLToPath(import.meta.resolve('@stratlab/mcp/tools/index.ts')));
  const files = readdirSync(folder).filter((file) => file !== 'index.ts');
  const expected = tools.map(({ name }) => `${name.replaceAll('_', '-')}.ts`);
  assert.deepEqual(files.sort(), expected.sort());
});

test('the tools of core cost a model no more than their budget', () => {
  const shown = tools.filter(({ name }) => core.includes(name));
  const cost = shown.reduce((sum, tool) => sum + read(tool).length, 0);
  assert.ok(cost <= longestCore, `core takes ${cost} characters of ${longestCore}`);
});

test('the whole page of tools is small enough to be sent at once', () => {
  const bytes = Buffer.byteLength(JSON.stringify(tools.map(({ listing }) => listing)));
  assert.ok(bytes <= longestPage, `tools/list takes ${bytes} bytes of ${longestPage}`);
});

for (const tool of tools) {
  const { name, listing, description, annotations } = tool;

  test(`${name} says what it does, when to use it, what comes next, and gives an example that it takes`, () => {
    assert.match(name, /^[a-z]+(_[a-z]+)*$/);
    assert.ok(listing.title.length > 0 && listing.title !== name);
    assert.ok(toolsets.includes(tool.toolset));
    assert.match(description.does, /^[A-Z][^\n]{10,200}\.$/, 'does is one sentence on one line');
    for (const part of [description.useWhen, description.next]) assert.match(part, /^[^\n]{5,400}$/);
    assert.ok(
      listing.description.length >= 120 && listing.description.length <= 1_200,
      `${listing.description.length}`,
    );
    assert.ok(read(tool).length <= longestTool, `a model reads ${read(tool).length} characters of ${longestTool}`);
    const parsed = tool.input.safeParse(description.example);
    assert.ok(parsed.success, `the example does not parse: ${parsed.error?.message}`);
  });

  test(`${name} speaks of no tool that is not there`, () => {
    const absent = core.filter((other) => !tools.some((there) => there.name === other));
    const words: string[] = read(tool).match(/[a-z_]+/g) ?? [];
    assert.deepEqual(
      absent.filter((other) => words.includes(other)),
      [],
    );
  });

  test(`${name} states all four annotations, and they agree`, () => {
    const { readOnlyHint, destructiveHint, idempotentHint, openWorldHint } = annotations;
    for (const hint of [readOnlyHint, destructiveHint, idempotentHint, openWorldHint])
      assert.equal(typeof hint, 'boolean');
    assert.ok(!(readOnlyHint && destructiveHint), 'what only reads destroys nothing');
    assert.ok(!readOnlyHint || idempotentHint, 'what only reads can be asked again');
  });

  test(`${name} describes every field of its input`, () => {
    const undescribed = fields(listing.inputSchema).filter(([, schema]) => !schema.description);
    assert.deepEqual(
      undescribed.map(([path]) => path),
      [],
    );
  });

  test(`${name} has an input schema that every client takes`, () => {
    assert.deepEqual(Object.keys(listing.inputSchema), ['type', 'properties', 'required', 'additionalProperties']);
    for (const schema of schemas(listing.inputSchema)) {
      for (const key of Object.keys(schema)) assert.ok(!refused.includes(key), `"${key}" is refused by some clients`);
      assert.ok(!Array.isArray(schema.type), 'a type is one name');
      assert.ok(schema.type !== 'array' || Object.keys(Object(schema.items)).length > 0, 'an array says what it holds');
    }
    for (const [path] of fields(listing.inputSchema))
      assert.match(path.split('.').at(-1) ?? '', /^[a-zA-Z0-9_-]{1,64}$/);
  });

  test(`${name} states its output, summary first, warnings and next last`, () => {
    if (tool.picture) return assert.equal(listing.outputSchema, undefined);
    const own = Object.keys(tool.output.shape);
    assert.deepEqual(Object.keys(Object(listing.outputSchema).properties), ['summary', ...own, 'warnings', 'next']);
    for (const schema of schemas(Object(listing.outputSchema))) {
      for (const key of ['$ref', '$defs', 'definitions']) assert.ok(!(key in schema), `"${key}"`);
    }
  });
}

const refused = [
  '$ref',
  '$defs',
  '$id',
  '$anchor',
  'definitions',
  'propertyNames',
  'patternProperties',
  'prefixItems',
].concat(['oneOf', 'allOf', 'not', 'if', 'then', 'else', 'dependentRequired']);

/** Every property below a schema with its dotted path. */
function fields(schema: Json, above: readonly string[] = []): [string, Json][] {
  const own = Object.entries(Object(schema.properties)).flatMap(([name, part]): [string, Json][] => {
    const path = [...above, name];
    return [[path.join('.'), Object(part)], ...fields(Object(part), path)];
  });
  return [...own, ...inner(schema).flatMap((part) => fields(part, above))];
}

/** The schema and every schema inside it. */
function schemas(schema: Json): Json[] {
  return [schema, ...[...Object.values<Json>(Object(schema.properties)), ...inner(schema)].flatMap(schemas)];
}

/** The schemas of a list's items, of a mapping's values and of alternatives. */
function inner({ items, additionalProperties, anyOf }: Json): Json[] {
  return [items, additionalProperties, ...Object.values(Object(anyOf))].flatMap((part) =>
    typeof part === 'object' && part !== null ? [Object(part)] : [],
  );
}
