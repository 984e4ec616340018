import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callsMade } from '@stratlab/knowledge/ledger.ts';
import { fixtureTools } from '../end-to-end/fixture-tools.ts';
import { clientOf, failureIn } from './client.ts';
import { labFor } from './lab.ts';

const options = { tools: fixtureTools, toolsets: 'all' };

test('an answer begins with its summary, keeps the order of its fields and ends with warnings and next', async (t) => {
  const client = await clientOf(t, labFor(t), options);
  const result = await client.callTool({ name: 'greet', arguments: { name: 'Ada' } });
  assert.deepEqual(Object.keys(result.structuredContent ?? {}), ['summary', 'greeting', 'times', 'warnings', 'next']);
  assert.deepEqual(result.structuredContent, {
    summary: 'Greeted Ada.',
    greeting: 'Hello, Ada!',
    times: 1,
    warnings: ['Nobody answered.'],
    next: [{ tool: 'greet', arguments: { name: 'Bob' }, why: 'he is next' }],
  });
  assert.deepEqual(result.content, [
    {
      type: 'text',
      text: [
        'Greeted Ada.',
        'greeting: Hello, Ada!',
        'times: 1',
        'Warning: Nobody answered.',
        'Next: greet {"name":"Bob"} (he is next)',
      ].join('\n'),
    },
  ]);
});

test('arguments of the wrong type are answered with every problem at once', async (t) => {
  const client = await clientOf(t, labFor(t), options);
  const wrong = { name: 7, times: 9, mood: 'warn', colour: 'red', options: { lod: true } };
  const result = await client.callTool({ name: 'greet', arguments: wrong });
  assert.equal(result.structuredContent, undefined);
  assert.deepEqual(failureIn(result), {
    code: 'invalid_input',
    message: 'name: must be a string, got 7 (and 4 more: see problems)',
    hint: 'Fix them all and call again.',
    path: 'name',
    problems: [
      { path: 'name', message: 'must be a string, got 7' },
      { path: 'times', message: 'must be at most 3, got 9' },
      { path: 'mood', message: 'must be one of warm, cool, got "warn"', hint: 'Did you mean "warm"?' },
      { path: 'options.lod', message: '"lod" is not a known key here.', hint: 'Did you mean "loud"?' },
      { path: 'colour', message: '"colour" is not a known key here.', hint: 'Known: name, times, mood, options.' },
    ],
  });
});

test('a missing argument is named with what it should be', async (t) => {
  const client = await clientOf(t, labFor(t), options);
  const { message, path } = failureIn(await client.callTool({ name: 'greet' }));
  assert.deepEqual({ message, path }, { message: 'name: is required (a string)', path: 'name' });
  const short = failureIn(await client.callTool({ name: 'greet', arguments: { name: 'A' } }));
  assert.equal(short.message, 'name: must have at least 2 characters, has 1');
});

test('an unknown tool is a fault of the protocol that names the nearest one', async (t) => {
  const client = await clientOf(t, labFor(t), options);
  await assert.rejects(client.callTool({ name: 'gret' }), /Unknown tool "gret". Did you mean "greet"\?/);
  await assert.rejects(client.callTool({ name: 'constructor' }), /Unknown tool "constructor"/);
});

test('an error of the lab keeps its code, path and hint', async (t) => {
  const client = await clientOf(t, labFor(t), options);
  assert.deepEqual(failureIn(await client.callTool({ name: 'refuse' })), {
    code: 'not_found',
    message: 'There is no series ABC 1d.',
    hint: 'list_market_data shows them.',
    path: 'symbol',
  });
});

test('a fault of ours is internal, told without a stack, and the server goes on', async (t) => {
  const client = await clientOf(t, labFor(t), options);
  const failure = failureIn(await client.callTool({ name: 'fail' }));
  assert.equal(failure.code, 'internal');
  assert.equal(failure.message, 'x is not a function');
  assert.doesNotMatch(JSON.stringify(failure), /tools\.ts/);
  assert.equal((await client.callTool({ name: 'greet', arguments: { name: 'Ada' } })).isError, undefined);
});

test('an answer that breaks its own schema does not reach the caller', async (t) => {
  const client = await clientOf(t, labFor(t), options);
  const failure = failureIn(await client.callTool({ name: 'lie' }));
  assert.equal(failure.code, 'internal');
  assert.match(failure.message, /breaks its own schema.*ratio/s);
});

test('a call of ten megabytes is refused and the server goes on', async (t) => {
  const client = await clientOf(t, labFor(t), options);
  const failure = failureIn(await client.callTool({ name: 'greet', arguments: { name: 'x'.repeat(10_000_000) } }));
  assert.equal(failure.code, 'limit_exceeded');
  assert.equal(failure.message, 'The arguments are 10.0 MB; a call takes 2.0 MB.');
  assert.equal((await client.callTool({ name: 'greet', arguments: { name: 'Ada' } })).isError, undefined);
});

test('arguments nested without end are refused', async (t) => {
  const client = await clientOf(t, labFor(t), options);
  const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
  const failure = failureIn(await client.callTool({ name: 'greet', arguments: { name: deep } }));
  assert.equal(failure.code, 'limit_exceeded');
});

test('a slow call is answered in time while its work goes on', async (t) => {
  const client = await clientOf(t, labFor(t), { ...options, answerWithinMs: 20 });
  const failure = failureIn(await client.callTool({ name: 'dawdle', arguments: { ms: 200 } }));
  assert.equal(failure.code, 'unavailable');
  assert.match(failure.message, /dawdle has not answered within 0.02 s; its work goes on/);
});

test('progress is told to a caller that asked for it, and never backwards', async (t) => {
  const client = await clientOf(t, labFor(t), options);
  const told: unknown[] = [];
  await client.callTool(
    { name: 'dawdle', arguments: { ms: 1 } },
    { onprogress: (progress) => void told.push(progress) },
  );
  assert.deepEqual(told, [
    { progress: 0, total: 100, message: 'began' },
    { progress: 50, total: 100, message: 'half way' },
  ]);
});

test('a caller may give up a call, and the server goes on', async (t) => {
  const client = await clientOf(t, labFor(t), options);
  const stop = new AbortController();
  const call = client.callTool({ name: 'dawdle', arguments: { ms: 50 } }, { signal: stop.signal });
  stop.abort();
  await assert.rejects(call);
  assert.equal((await client.callTool({ name: 'greet', arguments: { name: 'Ada' } })).isError, undefined);
});

test('a picture goes without structured content', async (t) => {
  const client = await clientOf(t, labFor(t), options);
  const result = await client.callTool({ name: 'draw' });
  assert.equal(result.structuredContent, undefined);
  assert.deepEqual(
    result.content.map(({ type }) => type),
    ['text', 'image'],
  );
});

test('every call is a row of the ledger', async (t) => {
  const lab = labFor(t);
  const client = await clientOf(t, lab, options);
  await client.callTool({ name: 'greet', arguments: { name: 'Ada' } });
  await client.callTool({ name: 'refuse' });
  await client.callTool({ name: 'greet', arguments: { nmae: 'Ada' } });
  const calls = callsMade(lab.database).map(({ tool, arguments: given, outcome, errorCode }) => [
    tool,
    given,
    outcome,
    errorCode,
  ]);
  assert.deepEqual(calls, [
    ['greet', '{"name":"Ada"}', 'ok', null],
    ['refuse', '{}', 'error', 'not_found'],
    ['greet', '{"nmae":"Ada"}', 'error', 'invalid_input'],
  ]);
});
