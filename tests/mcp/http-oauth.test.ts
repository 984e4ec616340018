import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { bearer, callOf, clientAt, listening, networkLab, post, tokenFor } from '../http.ts';
import { type Algorithm, issuer, jwtOf, signedWith } from './jwt.ts';

const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
const publicUrl = 'https://lab.example';
const now = () => Math.floor(Date.now() / 1000);

/** A lab that takes tokens of an issuer, and what makes them. */
async function guarded(t: TestContext) {
  const { jwks, pairs, stop } = await issuer(t);
  const oauthIssuer = 'https://issuer.example/';
  const lab = networkLab(t, { oauthIssuer, oauthJwks: jwks, publicUrl });
  const url = await listening(t, lab);
  const claims = { iss: oauthIssuer, aud: `${publicUrl}/mcp`, sub: 'ada', exp: now() + 300, scope: 'openid lab:read' };
  const tokenOf = (more: object = {}, alg: Algorithm = 'ES256') =>
    jwtOf(alg, alg, { ...claims, ...more }, signedWith(alg, pairs[alg].privateKey));
  const reasonOf = async (token: string) => {
    const refused = await post(url, list, bearer(token));
    assert.equal(refused.status, 401);
    return String(Object(await refused.json()).error.message);
  };
  return { lab, url, claims, pairs, tokenOf, reasonOf, stop };
}

test('a token that its issuer signed for this lab opens it, for its subject and scopes', async (t) => {
  const { lab, url, tokenOf } = await guarded(t);
  for (const alg of ['RS256', 'ES256', 'EdDSA'] as const) {
    assert.match(
      await (await post(url, callOf('greet', { name: 'Eve' }), bearer(tokenOf({}, alg)))).text(),
      /Greeted Eve/,
    );
  }
  const names = lab.database.sqlite.prepare('SELECT DISTINCT principal FROM calls').pluck().all();
  assert.deepEqual(names, ['oauth:ada']);
  const client = await clientAt(t, url, 'legacy', tokenOf({ scope: undefined, scp: ['lab:run', 'lab:read'] }));
  assert.ok((await client.listTools()).tools.some(({ name }) => name === 'list_records'));
});

test('a token that is not exactly so opens nothing, and its bearer learns why', async (t) => {
  const { claims, pairs, tokenOf, reasonOf } = await guarded(t);
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicKey = pairs.RS256.publicKey.export({ type: 'spki', format: 'pem' });
  const byHmac = (input: Buffer) => createHmac('sha256', publicKey).update(input).digest();
  for (const [token, reason] of [
    [tokenOf({ exp: now() - 120 }), /expired/],
    [tokenOf({ exp: undefined }), /"exp"/],
    [tokenOf({ nbf: now() + 120 }), /"nbf"/],
    [tokenOf({ aud: 'https://other.example/mcp' }), /"aud"/],
    [tokenOf({ aud: undefined }), /"aud"/],
    [tokenOf({ iss: 'https://evil.example/' }), /"iss"/],
    [tokenOf({ sub: undefined }), /"sub"/],
    [jwtOf('none', 'ES256', claims, () => Buffer.alloc(0)), /not signed with/],
    [jwtOf('HS256', 'RS256', claims, byHmac), /not signed with/],
    [jwtOf('ES256', 'ES256', claims, signedWith('ES256', stranger.privateKey)), /signature/],
    [jwtOf('ES256', 'other', claims, signedWith('ES256', stranger.privateKey)), /does not publish/],
    [`${tokenOf().slice(0, -8)}AAAAAAAA`, /signature/],
    ['a.b.c', /malformed/],
    ['not-a-jwt', /malformed/],
  ] as const)
    assert.match(await reasonOf(token), reason);
});

test('scopes that are not of the lab open nothing', async (t) => {
  const { url, tokenOf } = await guarded(t);
  for (const scope of ['', 'admin', 'lab:reader LAB:READ', 'openid'])
    assert.equal((await post(url, callOf('greet', { name: 'Eve' }), bearer(tokenOf({ scope })))).status, 403, scope);
});

test('a client that is turned away learns where to ask', async (t) => {
  const { url, tokenOf, lab } = await guarded(t);
  const metadata = `${publicUrl}/.well-known/oauth-protected-resource/mcp`;
  const refused = await post(url, list);
  assert.equal(refused.status, 401);
  assert.match(
    refused.headers.get('www-authenticate') ?? '',
    new RegExp(`scope="lab:read".*resource_metadata="${metadata}"`),
  );
  const beyond = await post(url, callOf('list_records'), bearer(tokenOf()));
  assert.equal(beyond.status, 403);
  assert.match(beyond.headers.get('www-authenticate') ?? '', new RegExp(`insufficient_scope.*lab:run.*"${metadata}"`));
  for (const path of ['/.well-known/oauth-protected-resource', '/.well-known/oauth-protected-resource/mcp']) {
    const answer = await fetch(url.replace('/mcp', path));
    assert.equal(answer.status, 200);
    assert.deepEqual(await answer.json(), {
      resource: `${publicUrl}/mcp`,
      authorization_servers: [lab.configuration.oauthIssuer],
      scopes_supported: ['lab:read', 'lab:run', 'lab:train', 'lab:admin'],
      bearer_methods_supported: ['header'],
      resource_name: 'Stratlab',
    });
  }
});

test('tokens of the lab go on beside an issuer', async (t) => {
  const { lab, url } = await guarded(t);
  assert.equal((await post(url, list, bearer(tokenFor(lab, 'agent', 'lab:read')))).status, 200);
});

test('while the keys of the issuer cannot be had, a token is neither good nor bad', async (t) => {
  const { url, tokenOf, stop } = await guarded(t);
  stop();
  const answer = await post(url, list, bearer(tokenOf()));
  assert.equal(answer.status, 503);
  assert.ok(Number(answer.headers.get('retry-after')) > 0);
});

test('a part of the OAuth settings is refused', async (t) => {
  const [oauthIssuer, oauthJwks] = ['https://issuer.example/', 'https://issuer.example/keys'];
  for (const part of [{ oauthIssuer }, { oauthJwks }, { oauthIssuer, oauthJwks }, { oauthIssuer, publicUrl }])
    await assert.rejects(listening(t, networkLab(t, part)), { code: 'invalid_input', message: /STRATLAB_PUBLIC_URL/ });
});

test('a lab behind a path names it in its metadata', async (t) => {
  const settings = { oauthIssuer: 'https://issuer.example', oauthJwks: 'https://issuer.example/keys' };
  const url = await listening(t, networkLab(t, { ...settings, publicUrl: 'https://desk.example/lab/' }));
  const metadata = '/.well-known/oauth-protected-resource/lab/mcp';
  const refused = await post(url, list);
  assert.match(refused.headers.get('www-authenticate') ?? '', new RegExp(`"https://desk.example${metadata}"`));
  const answer = await fetch(url.replace('/mcp', metadata));
  assert.equal(Object(await answer.json()).resource, 'https://desk.example/lab/mcp');
});
