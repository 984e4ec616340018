import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { addToken } from '@stratlab/knowledge/tokens.ts';
import { revokeToken } from '@stratlab/lab/revoke-token.ts';
import { newTokenText, sha256Of } from '@stratlab/lab/token-text.ts';
import { bearer, callOf, clientAt, eras, listening, networkLab, post, tokenFor } from '../http.ts';

const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };

test('a lab without tokens is open to its own machine, and refuses to be reached from others', async (t) => {
  const open = await listening(t, networkLab(t));
  assert.equal((await post(open, list)).status, 200);
  for (const httpHost of ['0.0.0.0', '::', '192.0.2.1', 'lab.example'])
    await assert.rejects(listening(t, networkLab(t, { httpHost })), {
      code: 'invalid_input',
      path: 'host',
      hint: /stratlab token create/,
    });
});

test('with tokens, nobody is let in without a good one', async (t) => {
  const lab = networkLab(t);
  const good = tokenFor(lab, 'agent', 'lab:read');
  const gone = tokenFor(lab, 'gone', 'lab:read');
  const { id, text: late } = newTokenText();
  const sha256 = sha256Of(late).toString('hex');
  addToken(lab.database, { id, name: 'late', sha256, scopes: ['lab:read'], createdAt: 1, expiresAt: 2 });
  revokeToken(lab, 'gone');
  const url = await listening(t, lab);
  const wrong = `${good.slice(0, -4)}${good.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`;
  for (const [headers, reason] of [
    [{}, /needs a token/],
    [{ Authorization: good }, /needs a token/],
    [{ Authorization: 'Basic YTpi' }, /needs a token/],
    [{ Authorization: 'Bearer ' }, /needs a token/],
    [bearer(wrong), /not known/],
    [bearer('x'), /not known/],
    [bearer(late), /has expired/],
    [bearer(gone), /was revoked/],
  ] as const) {
    const refused = await post(url, list, headers);
    assert.equal(refused.status, 401);
    assert.match(refused.headers.get('www-authenticate') ?? '', /^Bearer error="invalid_token"/);
    assert.match(Object(await refused.json()).error.message, reason);
  }
  assert.equal((await post(url, list, bearer(good))).status, 200);
  assert.equal((await post(`${url}?access_token=${good}`, list)).status, 401);
});

test('an open lab closes with its first token, and stays closed when that is revoked', async (t) => {
  const lab = networkLab(t);
  const url = await listening(t, lab);
  assert.equal((await post(url, list)).status, 200);
  const token = tokenFor(lab, 'agent', 'lab:read');
  assert.equal((await post(url, list)).status, 401);
  assert.equal((await post(url, list, bearer(token))).status, 200);
  revokeToken(lab, 'agent');
  assert.equal((await post(url, list)).status, 401);
});

test('a token of a file opens the lab too', async (t) => {
  const lab = networkLab(t);
  const tokensFile = join(lab.configuration.home, 'tokens');
  writeFileSync(tokensFile, `agent lab:read ${'s'.repeat(40)}\n`);
  const url = await listening(t, { ...lab, configuration: { ...lab.configuration, tokensFile } });
  assert.equal((await post(url, list, bearer('s'.repeat(40)))).status, 200);
  assert.equal((await post(url, list, bearer('t'.repeat(40)))).status, 401);
});

test('a revoked token opens nothing from then on, in a session neither', async (t) => {
  const lab = networkLab(t);
  const token = tokenFor(lab, 'agent', 'lab:read');
  const client = await clientAt(t, await listening(t, lab), 'legacy', token);
  assert.ok((await client.listTools()).tools.length > 0);
  revokeToken(lab, 'agent');
  await assert.rejects(client.listTools());
});

for (const [era, mode] of eras) {
  test(`a client of ${era} sees the tools that its token is good for`, async (t) => {
    const lab = networkLab(t);
    const scopes = ['lab:read', 'lab:run', 'lab:train', 'lab:admin', 'lab:work'] as const;
    const tokens = scopes.map((scope) => tokenFor(lab, scope.replace(':', '-'), scope));
    const url = await listening(t, lab);
    const seen = async (token: string) => {
      const { tools } = await (await clientAt(t, url, mode, token)).listTools();
      return ['greet', 'list_records', 'start_training'].filter((name) => tools.some((tool) => tool.name === name));
    };
    assert.deepEqual(await Promise.all(tokens.map(seen)), [
      ['greet'],
      ['list_records'],
      ['start_training'],
      ['greet', 'list_records', 'start_training'],
      [],
    ]);
  });

  test(`a call beyond its token's scope is answered to a client of ${era} with the scope it needs`, async (t) => {
    const lab = networkLab(t);
    const client = await clientAt(t, await listening(t, lab), mode, tokenFor(lab, 'agent', 'lab:read'));
    assert.ok((await client.callTool({ name: 'greet', arguments: { name: 'Ada' } })).structuredContent);
    await assert.rejects(client.callTool({ name: 'list_records' }), /lab:run/);
    await assert.rejects(client.callTool({ name: 'start_training' }), /lab:train/);
  });
}

test('a message beyond a scope is a 403 that names the scope, wherever in a batch it stands', async (t) => {
  const lab = networkLab(t);
  const read = bearer(tokenFor(lab, 'agent', 'lab:read'));
  const work = bearer(tokenFor(lab, 'worker', 'lab:work'));
  const url = await listening(t, lab);
  const beyond = async (message: unknown, headers: Record<string, string>) => {
    const answer = await post(url, message, headers);
    return [
      answer.status,
      answer.headers
        .get('www-authenticate')
        ?.match(/error="(\w+)".*scope="([\w:]+)"/)
        ?.slice(1),
    ];
  };
  const call = callOf('list_records');
  assert.deepEqual(await beyond(call, read), [403, ['insufficient_scope', 'lab:run']]);
  assert.deepEqual(await beyond([list, call], read), [403, ['insufficient_scope', 'lab:run']]);
  for (const method of ['resources/read', 'prompts/get', 'completion/complete', 'resources/list', 'tasks/get'])
    assert.deepEqual(await beyond({ ...list, method }, work), [403, ['insufficient_scope', 'lab:read']], method);
  assert.deepEqual(await beyond({ ...list, method: 'tasks/cancel' }, read), [403, ['insufficient_scope', 'lab:train']]);
  assert.equal(lab.database.sqlite.prepare('SELECT count(*) FROM calls').pluck().get(), 0);
});

test('a session belongs to whoever began it', async (t) => {
  const lab = networkLab(t);
  const [mine, theirs] = [tokenFor(lab, 'me', 'lab:read'), tokenFor(lab, 'them', 'lab:admin')];
  const url = await listening(t, lab);
  const clientInfo = { name: 'test', version: '1' };
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
  const begun = await post(url, { ...list, method: 'initialize', params }, bearer(mine));
  const session = { 'Mcp-Session-Id': begun.headers.get('mcp-session-id') ?? '' };
  assert.equal((await post(url, list, { ...bearer(mine), ...session })).status, 200);
  assert.equal((await post(url, list, { ...bearer(theirs), ...session })).status, 404);
  assert.equal((await fetch(url, { method: 'DELETE', headers: { ...bearer(theirs), ...session } })).status, 404);
  assert.equal((await fetch(url, { method: 'DELETE', headers: { ...bearer(mine), ...session } })).status, 200);
  assert.equal((await post(url, list, { ...bearer(mine), ...session })).status, 404);
});

test('the record of calls names who called', async (t) => {
  const lab = networkLab(t);
  const tokens = ['ada', 'bob'].map((name) => tokenFor(lab, name, 'lab:read'));
  const url = await listening(t, lab);
  for (const token of tokens) await (await post(url, callOf('greet', { name: 'Eve' }), bearer(token))).text();
  const names = lab.database.sqlite.prepare('SELECT principal FROM calls ORDER BY sequence').pluck().all();
  assert.deepEqual(names, ['ada', 'bob']);
});
