import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkToken } from '@stratlab/lab/check-token.ts';
import { createToken } from '@stratlab/lab/create-token.ts';
import { listTokens } from '@stratlab/lab/list-tokens.ts';
import { revokeToken } from '@stratlab/lab/revoke-token.ts';
import { parseScopes } from '@stratlab/lab/scope.ts';
import { readTokensFile } from '@stratlab/lab/tokens-file.ts';
import { labFor } from './lab.ts';

/** What follows `slt_`, twelve digits and `_`. */
const secretOf = (token: string) => token.slice(17);
const order = { name: 'agent', scopes: parseScopes('lab:read,lab:run'), expiresAt: null };

test('a token opens the lab for its name and scopes, and only as it was printed', (t) => {
  const lab = labFor(t);
  const token = createToken(lab, order);
  assert.deepEqual(checkToken(lab, token, []), { state: 'valid', name: 'agent', scopes: ['lab:read', 'lab:run'] });
  for (const wrong of [token.slice(0, -1), `${token}A`, token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')), ''])
    assert.deepEqual(checkToken(lab, wrong, []), { state: 'unknown' });
});

test('what the database holds of a token does not open the lab', (t) => {
  const lab = labFor(t);
  const token = createToken(lab, order);
  const rows = JSON.stringify(lab.database.sqlite.prepare('SELECT * FROM tokens').all());
  assert.equal(rows.includes(secretOf(token)), false);
  assert.match(rows, /[0-9a-f]{64}/);
});

test('tokens differ from one another in 256 random bits', (t) => {
  const lab = labFor(t);
  const secrets = Array.from({ length: 50 }, (_, k) => secretOf(createToken(lab, { ...order, name: `agent-${k}` })));
  assert.equal(new Set(secrets).size, 50);
  for (const secret of secrets) assert.equal(Buffer.from(secret, 'base64url').length, 32);
});

test('a revoked or expired token says so, and its name can be given again', (t) => {
  const lab = labFor(t);
  const expiresAt = Date.now() + 60_000;
  const token = createToken(lab, { ...order, expiresAt });
  assert.equal(checkToken(lab, token, [], expiresAt - 1).state, 'valid');
  assert.equal(checkToken(lab, token, [], expiresAt).state, 'expired');
  assert.throws(() => createToken(lab, order), { code: 'already_exists', hint: /token revoke agent/ });
  revokeToken(lab, 'agent');
  assert.equal(checkToken(lab, token, []).state, 'revoked');
  assert.equal(checkToken(lab, createToken(lab, order), []).state, 'valid');
  assert.deepEqual(
    listTokens(lab).map(({ name, state }) => [name, state]),
    [
      ['agent', 'revoked'],
      ['agent', 'valid'],
    ],
  );
});

test('what cannot be a token is refused with the next step', (t) => {
  const lab = labFor(t);
  assert.throws(() => createToken(lab, { ...order, name: 'a b' }), { code: 'invalid_input', path: 'name' });
  assert.throws(() => createToken(lab, { ...order, expiresAt: Date.now() - 1 }), { code: 'invalid_input' });
  assert.throws(() => parseScopes('lab:reed'), { code: 'invalid_input', hint: 'Did you mean "lab:read"?' });
  createToken(lab, order);
  assert.throws(() => revokeToken(lab, 'agnt'), { code: 'not_found', hint: 'Did you mean "agent"?' });
});

test('a file of tokens holds them as they are or as hashes', (t) => {
  const lab = labFor(t);
  const file = join(lab.configuration.home, 'tokens');
  const token = createToken(lab, order);
  const { sha256 } = Object(lab.database.sqlite.prepare('SELECT sha256 FROM tokens').get());
  revokeToken(lab, 'agent');
  writeFileSync(
    file,
    `# for the container\nworker lab:work ${'s'.repeat(32)}\n\nother lab:read,lab:train sha256:${sha256} # hash\n`,
  );
  const given = readTokensFile(file);
  assert.deepEqual(checkToken(lab, 's'.repeat(32), given), { state: 'valid', name: 'worker', scopes: ['lab:work'] });
  assert.deepEqual(checkToken(lab, token, given), { state: 'valid', name: 'other', scopes: ['lab:read', 'lab:train'] });
  assert.equal(checkToken(lab, `sha256:${sha256}`, given).state, 'unknown');
  for (const bad of [
    'worker lab:work short',
    'worker lab:work',
    `worker lab:none ${'s'.repeat(32)}`,
    `a b c d`,
    'x lab:read sha256:12',
  ]) {
    writeFileSync(file, `${bad}\n`);
    assert.throws(() => readTokensFile(file), { code: 'invalid_input' });
  }
  assert.throws(() => readTokensFile(join(lab.configuration.home, 'absent')), { code: 'unavailable' });
});
