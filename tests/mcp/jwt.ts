import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { TestContext } from 'node:test';

export type Algorithm = 'RS256' | 'ES256' | 'EdDSA';

/** An issuer of access tokens: its keys, and a server on loopback that publishes them. */
export async function issuer(t: TestContext) {
  const pairs = {
    RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
    ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    EdDSA: generateKeyPairSync('ed25519'),
  };
  const keys = Object.entries(pairs).map(([alg, { publicKey }]) => {
    return { ...publicKey.export({ format: 'jwk' }), kid: alg, alg, use: 'sig' };
  });
  const server = createServer((_request, response) => response.end(JSON.stringify({ keys })));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  t.after(stop);
  const { port } = Object(server.address());
  return { jwks: `http://127.0.0.1:${port}/keys`, pairs, stop };
}

export function jwtOf(alg: string, kid: string, claims: object, signed: (input: Buffer) => Buffer): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${part({ alg, kid, typ: 'at+jwt' })}.${part(claims)}`;
  return `${input}.${signed(Buffer.from(input)).toString('base64url')}`;
}

export function signedWith(alg: Algorithm, key: KeyObject): (input: Buffer) => Buffer {
  return (input) => sign(alg === 'EdDSA' ? null : 'sha256', input, { key, dsaEncoding: 'ieee-p1363' });
}
