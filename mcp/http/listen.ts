import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LabError } from '@stratlab/lab/error.ts';

/** Where the server listens now: `http://127.0.0.1:3100`. Throws `unavailable`, with the next step, where it cannot. */
export async function listen(server: Server, host: string, port: number): Promise<string> {
  try {
    const listening = once(server, 'listening');
    server.listen({ host, port });
    await listening;
  } catch (cause) {
    throw cannotListen(cause, host, port);
  }
  const { address, family, port: taken }: AddressInfo = Object(server.address());
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`;
}

const reasons: Record<string, [reason: string, hint: string]> = {
  EADDRINUSE: [
    'another program listens there',
    'Stop it, or take another port: --port 3101, or --port 0 for a free one.',
  ],
  EACCES: ['that port needs more rights', 'Take one from 1024: --port 3100.'],
  EADDRNOTAVAIL: ['this machine does not have that address', 'Listen on 127.0.0.1, or on 0.0.0.0 for every address.'],
  ENOTFOUND: ['that name is not known', 'Listen on 127.0.0.1, or on 0.0.0.0 for every address.'],
};

function cannotListen(cause: unknown, host: string, port: number): unknown {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const known = reasons[code];
  if (known === undefined) return cause;
  const [reason, hint] = known;
  return new LabError('unavailable', `Cannot listen on ${host} port ${port}: ${reason}.`, {
    path: 'port',
    hint,
    cause,
  });
}
