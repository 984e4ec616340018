import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixtureTools } from '../end-to-end/fixture-tools.ts';
import { eras } from '../http.ts';
import { clientAt, webSocketServer } from '../websocket.ts';

for (const [era, mode] of eras) {
  test(`a client of ${era} lists, calls, reads, prompts and is told of failures`, async (t) => {
    const { port } = await webSocketServer(t, { options: { tools: fixtureTools } });
    const client = await clientAt(t, port, mode);
    assert.equal(client.getServerVersion()?.name, 'stratlab');
    const { tools } = await client.listTools();
    assert.ok(tools.some(({ name }) => name === 'greet'));
    const answer = await client.callTool({ name: 'greet', arguments: { name: 'Ada' } });
    assert.equal(Object(answer.structuredContent).summary, 'Greeted Ada.');
    const failure = await client.callTool({ name: 'greet', arguments: { name: 7 } });
    assert.equal(failure.isError, true);
    await assert.rejects(client.callTool({ name: 'nothing' }), /Unknown tool/);
    assert.equal((await client.listPrompts()).prompts.length, 4);
    assert.equal((await client.listResources()).resources[0]?.uri, 'lab://guide');
    const told: unknown[] = [];
    await client.callTool(
      { name: 'dawdle', arguments: { ms: 5 } },
      { onprogress: ({ message }) => void told.push(message) },
    );
    assert.deepEqual(told, ['began', 'half way']);
  });
}

test('nobody goes beyond the scopes of his token, whatever he sends', async (t) => {
  const principal = () => ({ name: 'worker', scopes: ['lab:work'] as const });
  const { port } = await webSocketServer(t, { options: { tools: fixtureTools }, principal });
  const client = await clientAt(t, port, 'legacy');
  assert.deepEqual((await client.listTools()).tools, []);
  await assert.rejects(client.callTool({ name: 'greet', arguments: { name: 'Ada' } }), /scope lab:/);
  await assert.rejects(client.readResource({ uri: 'lab://guide' }), /scope lab:read/);
});
