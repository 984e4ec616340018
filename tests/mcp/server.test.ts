import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generateMarket } from '@stratlab/lab/generate-market.ts';
import { prompts } from '@stratlab/mcp/prompts/index.ts';
import { buildServer } from '@stratlab/mcp/server.ts';
import { fixtureTools } from '../end-to-end/fixture-tools.ts';
import { clientOf } from './client.ts';
import { labFor } from './lab.ts';

const names = async (client: Awaited<ReturnType<typeof clientOf>>) =>
  (await client.listTools()).tools.map(({ name }) => name);

test('toolsets choose the tools of their headings, in the same order', async (t) => {
  const lab = labFor(t);
  assert.deepEqual(await names(await clientOf(t, lab, { tools: fixtureTools, toolsets: 'knowledge, data' })), [
    'list_numbers',
    'list_records',
  ]);
  assert.equal(
    (await names(await clientOf(t, lab, { tools: fixtureTools, toolsets: 'all' }))).length,
    fixtureTools.length,
  );
});

test('a read-only server offers no tool that writes', async (t) => {
  const client = await clientOf(t, labFor(t), { tools: fixtureTools, toolsets: 'all', readOnly: true });
  assert.equal((await names(client)).includes('list_records'), false);
});

test('an unknown toolset is refused with the known ones', (t) => {
  const lab = labFor(t);
  assert.throws(() => buildServer(lab, { toolsets: 'core,traning' }), {
    code: 'invalid_input',
    message:
      '"traning" is not a toolset. Known: core, all, data, strategy, training, backtest, evidence, knowledge, system.',
    hint: 'Did you mean "training"?',
  });
});

test('tools/list shows the real schemas', async (t) => {
  const client = await clientOf(t, labFor(t), { tools: fixtureTools, toolsets: 'all' });
  const { tools } = await client.listTools();
  const greet = tools.find(({ name }) => name === 'greet');
  assert.deepEqual(greet?.inputSchema, {
    type: 'object',
    properties: {
      name: { type: 'string', minLength: 2, maxLength: 40, description: 'Whom to greet.' },
      times: { type: 'integer', minimum: 1, maximum: 3, default: 1, description: 'How often, 1 to 3.' },
      mood: { type: 'string', enum: ['warm', 'cool'], description: 'How.' },
      options: {
        type: 'object',
        properties: { loud: { type: 'boolean', description: 'In capitals.' } },
        additionalProperties: false,
        description: 'More.',
      },
    },
    required: ['name'],
    additionalProperties: false,
  });
  assert.deepEqual(Object.keys(Object(greet?.outputSchema).properties), [
    'summary',
    'greeting',
    'times',
    'warnings',
    'next',
  ]);
  assert.equal(tools.find(({ name }) => name === 'draw')?.outputSchema, undefined);
});

test('a client is told how a session goes, in at most twelve lines', async (t) => {
  const client = await clientOf(t, labFor(t), {});
  const instructions = client.getInstructions() ?? '';
  assert.match(instructions, /start_experiment/);
  assert.ok(instructions.split('\n').length <= 12);
});

test('the guide can be read, and what is not there is said to be missing', async (t) => {
  const client = await clientOf(t, labFor(t), {});
  const { contents } = await client.readResource({ uri: 'lab://guide' });
  assert.match(JSON.stringify(contents), /Stratlab in one page/);
  await assert.rejects(client.readResource({ uri: 'lab://nothing' }), /not found/i);
});

test('a resource that does not exist is said to be missing, and a broken address to be wrong', async (t) => {
  const client = await clientOf(t, labFor(t), {});
  await assert.rejects(client.readResource({ uri: 'lab://strategies/nothing' }), /There is no strategy "nothing"/);
  await assert.rejects(
    client.readResource({ uri: 'lab://backtests/backtest_x/trades.csv' }),
    /no backtest "backtest_x"/,
  );
  await assert.rejects(client.readResource({ uri: 'lab://strategies/%zz' }), /not a part of an address/);
  const { resourceTemplates } = await client.listResourceTemplates();
  assert.ok(resourceTemplates.some(({ uriTemplate }) => uriTemplate === 'lab://backtests/{id}/equity.csv'));
});

test('research_session carries its theme, symbol and budget', async (t) => {
  const client = await clientOf(t, labFor(t), {});
  const given = { theme: 'calm after storms', symbol: 'SPX' };
  const { messages } = await client.getPrompt({ name: 'research_session', arguments: given });
  const text = JSON.stringify(messages);
  assert.match(text, /calm after storms on SPX/);
  assert.match(text, /10 trials, 60 minutes/);
  await assert.rejects(client.getPrompt({ name: 'research_session', arguments: { theme: 'x' } }), /symbol/);
});

test('symbols are completed from what the lab holds', async (t) => {
  const lab = labFor(t);
  for (const [seed, timeframe] of [
    [1, '1h'],
    [2, '1h'],
  ] as const) {
    generateMarket(lab, { market: 'noise', timeframe, bars: 50, seed });
  }
  const client = await clientOf(t, lab, {});
  const complete = async (value: string) => {
    const ref = { type: 'ref/prompt', name: 'research_session' } as const;
    return (await client.complete({ ref, argument: { name: 'symbol', value } })).completion.values;
  };
  assert.deepEqual(await complete('syn'), ['SYN-NOISE-1', 'SYN-NOISE-2']);
  assert.deepEqual(await complete('SPX'), []);
});

for (const prompt of prompts) {
  test(`${prompt.name} names only tools that the client sees, and all of its rules`, () => {
    const given = Object.fromEntries(Object.keys(prompt.arguments).map((key) => [key, `<${key}>`]));
    const plain = prompt.text(given, () => false);
    const full = prompt.text(given, () => true);
    for (const later of ['evaluate_evidence', 'sweep_parameters', 'test_strategies']) {
      assert.doesNotMatch(plain, new RegExp(later));
      assert.match(full, new RegExp(later));
    }
    for (const key of Object.keys(given)) assert.match(plain, new RegExp(`<${key}>`));
    for (const rule of [
      /"no edge"|no edge/i,
      /before/,
      /segment "test", once|segment "test" once/,
      /trial/,
      /save_insight/,
      /end_experiment/,
    ]) {
      assert.match(plain, rule);
    }
  });
}
