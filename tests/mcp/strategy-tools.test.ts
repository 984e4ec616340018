import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tools } from '@stratlab/mcp/tools/index.ts';
import { modelText, rulesText } from '../strategy-documents.ts';
import { clientOf, failureIn } from './client.ts';
import { labFor } from './lab.ts';

const options = { tools, toolsets: 'all' };

test('an agent learns the grammar, validates, creates, and finds its strategy again', async (t) => {
  const client = await clientOf(t, labFor(t), options);
  const call = async (name: string, given: object) =>
    Object((await client.callTool({ name, arguments: { ...given } })).structuredContent);
  const { yaml, guidelines, json_schema } = await call('get_strategy_schema', {});
  assert.ok(Array.isArray(guidelines));
  assert.equal(json_schema, 'lab://schema/strategy');
  const checked = await call('validate_strategy', { yaml });
  assert.equal(checked.valid, true);
  assert.equal(checked.summary, 'Valid. Its model sees 6 features.');
  const made = await call('create_strategy', { name: 'first_one', yaml });
  assert.equal(made.summary, 'Created first_one v1.');
  assert.deepEqual(made.next, [{ tool: 'train_model', arguments: { strategy_name: 'first_one', version: 1 } }]);
  const again = await call('create_strategy', { name: 'copy', yaml });
  assert.equal(again.summary, 'Created copy v1. The same as first_one v1 (not backtested).');
  const { rows } = await call('list_strategies', { query: 'first' });
  assert.equal(rows[0][0], 'first_one');
  const found = await call('get_strategy', { name: 'first_one' });
  assert.match(String(found.yaml), /# the features, in this order/);
});

test('every section of the grammar fits into an answer', async (t) => {
  const client = await clientOf(t, labFor(t), options);
  for (const section of ['overview', 'indicators', 'labels', 'formulas', 'execution']) {
    const result = await client.callTool({ name: 'get_strategy_schema', arguments: { section } });
    assert.notEqual(result.isError, true, section);
    const bytes = Buffer.byteLength(JSON.stringify(result.structuredContent));
    assert.ok(bytes <= 8_000, `${section}: ${bytes} bytes`);
    assert.equal(Object(result.structuredContent).next_cursor, undefined, section);
  }
});

test('an invalid document is an answer of validate_strategy and a failure of create_strategy', async (t) => {
  const client = await clientOf(t, labFor(t), options);
  const yaml = modelText.replace('indicator: rsi_14', 'indicator: rsi14').replace('epochs: 20', 'epochs: 0');
  const found = await client.callTool({ name: 'validate_strategy', arguments: { yaml } });
  const { summary, errors } = Object(found.structuredContent);
  assert.equal(summary, 'Not valid: training.epochs: 0 is not at least 1. And 1 more.');
  assert.deepEqual(errors, [
    { path: 'training.epochs', message: '0 is not at least 1.' },
    { path: 'fuzzy_sets.zone.indicator', message: '"rsi14" is not an indicator id.', hint: 'Did you mean "rsi_14"?' },
  ]);
  const failure = failureIn(await client.callTool({ name: 'create_strategy', arguments: { name: 'bad', yaml } }));
  assert.equal(failure.code, 'invalid_strategy');
  assert.equal(failure.path, 'training.epochs');
  assert.equal(failure.problems.length, 2);
});

test('a path for a name, a document too large and a document that is none leave the server working', async (t) => {
  const client = await clientOf(t, labFor(t), options);
  const fail = async (given: Record<string, unknown>) =>
    failureIn(await client.callTool({ name: 'create_strategy', arguments: given })).code;
  assert.equal(await fail({ name: '../../etc/x', yaml: rulesText }), 'invalid_input');
  assert.equal(
    await fail({ name: 'huge', config: { version: '4', description: 'x'.repeat(10_000_000) } }),
    'limit_exceeded',
  );
  assert.equal(await fail({ name: 'bomb', yaml: `a: ${'['.repeat(30_000)}` }), 'limit_exceeded');
  assert.equal(await fail({ name: 'slow', yaml: '? '.repeat(30_000) }), 'invalid_strategy');
  assert.equal(await fail({ name: 'proto', yaml: 'version: "4"\n__proto__: {rules: 1}' }), 'invalid_strategy');
  assert.equal(await fail({ name: 'text', config: 'name: a' }), 'invalid_input');
  assert.equal(await fail({ name: 'both', config: {}, yaml: 'a: 1' }), 'invalid_input');
  const { structuredContent } = await client.callTool({ name: 'list_strategies', arguments: {} });
  assert.equal(Object(structuredContent).summary, 'No strategy fits.');
});

test('a long text and many features are cut to what an answer holds, and say so', async (t) => {
  const client = await clientOf(t, labFor(t), options);
  const yaml = `${modelText.replace('architecture:', 'features: {lookback_periods: 90}, architecture:')}\n# ${'note '.repeat(2000)}`;
  const made = await client.callTool({ name: 'create_strategy', arguments: { name: 'long', yaml } });
  const warnings = Object(made.structuredContent).warnings;
  assert.match(String(warnings), /features: the first \d+ of 455\./);
  const found = await client.callTool({ name: 'get_strategy', arguments: { name: 'long' } });
  assert.ok(Buffer.byteLength(JSON.stringify(found.structuredContent)) <= 8_000);
  assert.match(String(Object(found.structuredContent).warnings), /the whole lies in strategies\/long.v1.yaml/);
});
