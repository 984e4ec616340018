import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Client } from '@modelcontextprotocol/client';
import { prompts } from '@stratlab/mcp/prompts/index.ts';
import { tools } from '@stratlab/mcp/tools/index.ts';
import { core } from '@stratlab/mcp/toolsets.ts';
import { doWork } from '../faults/worked-home.ts';
import { emptyLab } from '../lab-home.ts';
import { clientOf } from './client.ts';

const there = tools.map(({ name }) => name);
/** Words that look like a tool: a verb that some tool begins with, then more. */
const likeTool = new RegExp(`\\b(${[...new Set(there.map((name) => name.split('_')[0]))].join('|')})_[a-z_]+\\b`, 'g');

const wordsFor = (argument: string) => `<${argument.replaceAll('_', ' ')}>`;
const textOf = (prompt: (typeof prompts)[number], has: (tool: string) => boolean) =>
  prompt.text(Object.fromEntries(Object.keys(prompt.arguments).map((key) => [key, wordsFor(key)])), has);

async function complete(client: Client, name: string, argument: string, value: string): Promise<string[]> {
  const ref = { type: 'ref/prompt', name } as const;
  return (await client.complete({ ref, argument: { name: argument, value } })).completion.values;
}

for (const prompt of prompts) {
  test(`${prompt.name} speaks of no tool that is not there`, () => {
    const text = textOf(prompt, (tool) => there.includes(tool));
    const named = [...text.matchAll(likeTool)].map(([word]) => word);
    assert.ok(named.length > 5);
    assert.deepEqual(
      named.filter((word) => !there.includes(word)),
      [],
    );
    const absent = core.filter((tool) => !there.includes(tool));
    assert.deepEqual(
      absent.filter((tool) => text.includes(tool)),
      [],
    );
  });
}

test('the arguments of prompts are completed from what the lab holds', async (t) => {
  const lab = emptyLab(t);
  const { experimentId, backtestId } = await doWork(lab, 'AAA');
  const client = await clientOf(t, lab, {});
  assert.deepEqual(await complete(client, 'optimize_strategy', 'name', 'ne'), ['net_aaa']);
  assert.deepEqual(await complete(client, 'optimize_strategy', 'name', 'et'), []);
  assert.deepEqual(await complete(client, 'analyze_failure', 'backtest_id', ''), [backtestId]);
  assert.deepEqual(await complete(client, 'analyze_failure', 'backtest_id', 'model_'), []);
  assert.deepEqual(await complete(client, 'review_evidence', 'experiment_id', 'experiment_'), [experimentId]);
});

for (const [name, argument] of [
  ['analyze_failure', 'backtest_id'],
  ['review_evidence', 'experiment_id'],
] as const) {
  test(`${name} carries its ${argument} and wants it`, async (t) => {
    const client = await clientOf(t, emptyLab(t), {});
    const { messages } = await client.getPrompt({ name, arguments: { [argument]: 'x_abc' } });
    assert.match(JSON.stringify(messages), /x_abc/);
    await assert.rejects(client.getPrompt({ name, arguments: {} }), new RegExp(argument));
  });
}

test('review_evidence sends a client without get_experiment to the resource', () => {
  const review = prompts.find(({ name }) => name === 'review_evidence');
  assert.match(review?.text({ experiment_id: 'experiment_a' }, () => false) ?? '', /lab:\/\/experiments\/experiment_a/);
  assert.match(review?.text({ experiment_id: 'experiment_a' }, () => true) ?? '', /get_experiment \{/);
});
