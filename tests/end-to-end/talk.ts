import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { cli } from './client.ts';

type Frame = Record<string, unknown>;

export interface Talk {
  server: ChildProcessWithoutNullStreams;
  /** Every line of stdout so far; one that is not JSON fails the test. */
  frames: Frame[];
  /** Writes a line as it is, or a message. */
  write(line: Buffer | object): Promise<void>;
  /** The answer to a request, once it is there. */
  ask(id: string, message: object): Promise<Frame>;
}

/** A connection over stdio to `stratlab serve` in a process of its own, with every byte of it in the test's hands. */
export function talk(
  t: TestContext,
  home: string,
  flags: readonly string[] = [],
  environment: Record<string, string> = {},
): Talk {
  const env = { ...process.env, STRATLAB_HOME: home, STRATLAB_LOG_LEVEL: 'warn', ...environment };
  const server = spawn(process.execPath, [cli, 'serve', ...flags], { env });
  t.after(() => end(server));
  server.stderr.resume();
  const frames: Frame[] = [];
  const answers = new Map<unknown, Frame>();
  const output = createInterface({ input: server.stdout, crlfDelay: Number.POSITIVE_INFINITY });
  output.on('line', (line) => {
    const frame = JSON.parse(line);
    frames.push(frame);
    answers.set(frame.id, frame);
  });
  const write = async (line: Buffer | object) => {
    const sent = Buffer.isBuffer(line) ? line : `${JSON.stringify({ jsonrpc: '2.0', ...line })}\n`;
    if (!server.stdin.write(sent)) await once(server.stdin, 'drain');
  };
  return {
    server,
    frames,
    write,
    async ask(id, message) {
      await write({ id, ...message });
      for (;;) {
        const answer = answers.get(id);
        if (answer !== undefined) return answer;
        await once(output, 'line');
      }
    },
  };
}

/** Ends the server at once, where it has not ended. */
export async function end(server: ChildProcessWithoutNullStreams): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  server.kill('SIGKILL');
  await once(server, 'exit');
}

/** What every request of the 2026-07-28 protocol says of its client. */
export function envelope(capabilities: object = {}) {
  return {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': capabilities,
  };
}

/** The first message of a 2025-era client. */
export const initialize = {
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
};
