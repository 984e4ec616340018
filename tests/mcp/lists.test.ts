import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOf } from '@stratlab/mcp/message-bytes.ts';
import { tools } from '@stratlab/mcp/tools/index.ts';
import { listening, networkLab, post } from '../http.ts';

const hello = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
const request = (id: string | number, method: string, params: object = {}) => ({ jsonrpc: '2.0', id, method, params });

test('a list of tools is written as JSON, whatever stands beside it and however often', () => {
  const listings = tools.map(({ listing }) => listing);
  for (const given of [[], listings.slice(0, 1), listings, [...listings, { name: 'not_frozen' }], listings])
    for (const beside of [{}, { nextCursor: '"]}', _meta: { tools: [] } }]) {
      const message = { jsonrpc: '2.0', id: '"tools":[]', result: { tools: given, ...beside } } as const;
      assert.deepEqual(JSON.parse(bytesOf(message).toString()), JSON.parse(JSON.stringify(message)));
    }
});

test('lists of a session are answered to those who asked, and what is unusual is refused as ever', async (t) => {
  const url = await listening(t, networkLab(t));
  const opened = await post(url, request(0, 'initialize', hello));
  const own = { 'Mcp-Session-Id': opened.headers.get('Mcp-Session-Id') ?? '' };
  const ids = ['a', 1, '1', 2, 3];
  const methods = ['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list', 'ping'];
  const answers = await Promise.all(methods.map((method, k) => post(url, request(ids[k], method), own)));
  for (const [k, answer] of answers.entries()) {
    assert.equal(answer.headers.get('Mcp-Session-Id'), own['Mcp-Session-Id']);
    const [data = ''] = /(?<=^data: ).*$/m.exec(await answer.text()) ?? [];
    assert.equal(JSON.parse(data).id, ids[k]);
  }
  for (const method of ['ping', 'tools/list', 'ping']) {
    const [data = ''] = /(?<=^data: ).*$/m.exec(await (await post(url, request('again', method), own)).text()) ?? [];
    assert.equal(JSON.parse(data).id, 'again', 'an id may be used again once it is answered');
  }
  const list = request(4, 'tools/list');
  assert.equal((await post(url, list, { ...own, 'Mcp-Protocol-Version': '1999-01-01' })).status, 400);
  assert.equal((await post(url, list, { ...own, Accept: 'application/json' })).status, 406);
  assert.equal((await post(url, list, { 'Mcp-Session-Id': 'none' })).status, 404);
  assert.match(await (await post(url, request(5, 'tools/list', { cursor: 5 }), own)).text(), /"error"/);
});
