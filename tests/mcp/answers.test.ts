import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixtureTools } from '../end-to-end/fixture-tools.ts';
import { clientOf, failureIn } from './client.ts';
import { labFor } from './lab.ts';

const options = { tools: fixtureTools, toolsets: 'all' };
const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

test('a long table is cut to 8 kB, and its cursor leads through every row once', async (t) => {
  const client = await clientOf(t, labFor(t), options);
  const seen: unknown[] = [];
  let cursor: string | undefined;
  do {
    const given = cursor === undefined ? {} : { cursor };
    const { structuredContent: page } = await client.callTool({ name: 'list_numbers', arguments: given });
    assert.ok(bytes(page) <= 8_000);
    const { rows, next_cursor, total_rows } = Object(page);
    assert.equal(total_rows, 1_000);
    seen.push(...rows.map(([n]: number[]) => n));
    cursor = next_cursor;
  } while (cursor !== undefined);
  assert.deepEqual(
    seen,
    Array.from({ length: 1_000 }, (_, n) => n),
  );
});

test('a limit asks for more than 8 kB, up to 5 MB', async (t) => {
  const client = await clientOf(t, labFor(t), options);
  const call = (given: object) => client.callTool({ name: 'list_numbers', arguments: { ...given } });
  const { rows, next_cursor } = Object((await call({ limit: 900 })).structuredContent);
  assert.equal(rows.length, 900);
  const rest = Object((await call({ limit: 900, cursor: next_cursor })).structuredContent);
  assert.equal(rest.rows.length, 100);
  assert.equal('next_cursor' in rest, false);
});

test('the text of an answer repeats no table', async (t) => {
  const client = await clientOf(t, labFor(t), options);
  const { content } = await client.callTool({ name: 'list_numbers', arguments: { limit: 900 } });
  assert.ok(bytes(content) < 1_000);
});

test('a cursor of another call is refused', async (t) => {
  const client = await clientOf(t, labFor(t), options);
  const { next_cursor: cursor } = Object((await client.callTool({ name: 'list_numbers' })).structuredContent);
  for (const given of [{ below: 999, cursor }, { cursor: 'abc' }, { cursor: '' }]) {
    const failure = failureIn(await client.callTool({ name: 'list_numbers', arguments: given }));
    assert.equal(failure.code, 'invalid_input');
    assert.equal(failure.path, 'cursor');
  }
});

test('a long list of records loses its tail with a warning, series stay whole', async (t) => {
  const client = await clientOf(t, labFor(t), options);
  const answer = Object((await client.callTool({ name: 'list_records' })).structuredContent);
  assert.ok(bytes(answer) <= 8_000);
  assert.deepEqual(answer.series, [1, 2, 3]);
  assert.deepEqual(answer.warnings, [`records: the first ${answer.records.length} of 400.`]);
});
