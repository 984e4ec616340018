import './console-to-stderr.ts';
import { once } from 'node:events';
import { serveStdio as serve } from '@modelcontextprotocol/server/stdio';
import type { Lab } from '@stratlab/lab/lab.ts';
import { answerWithinMs } from './call.ts';
import { Connection } from './connection.ts';
import { buildServer, type ServerOptions } from './server.ts';
import { takeStdout } from './stdout.ts';

/** How long a signal waits for calls that are being answered. */
const patienceAfterSignalMs = 2_000;

/**
 * Serves the lab over stdin and stdout, in both protocol eras, until the client closes its end, or SIGTERM or SIGINT
 * comes; resolves once what was asked is answered. The lab stays open. Throws `invalid_input` for an unknown toolset.
 */
export async function serveStdio(lab: Lab, options: ServerOptions = {}): Promise<void> {
  buildServer(lab, options);
  const connection = new Connection(process.stdin, takeStdout());
  const handle = serve(() => buildServer(lab, options), {
    transport: connection,
    onerror: (error) => lab.log.warn({ err: error }, 'connection'),
  });
  const patienceMs = await Promise.race([
    once(process.stdin, 'end').then(() => answerWithinMs + 1_000),
    ...['SIGTERM', 'SIGINT'].map((signal) => once(process, signal).then(() => patienceAfterSignalMs)),
    connection.closed.then(() => 0),
  ]);
  await new Promise((resolve) => setImmediate(resolve));
  await connection.answered(patienceMs);
  await handle.close();
  process.stdin.destroy();
}
