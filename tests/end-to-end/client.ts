import { resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

export const cli = resolve(import.meta.dirname, '../../cli/main.ts');

export interface Session {
  client: Client;
  /** Of the server process. */
  pid: number;
  /** Calls a tool and gives what the model would see. Throws for a failure, with its text. */
  call(tool: string, given?: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** The failure that a call must end in. */
  fail(
    tool: string,
    given?: Record<string, unknown>,
  ): Promise<{ code: string; message: string; hint?: string; path?: string }>;
}

/** The official client, connected over stdio to `stratlab serve` in a process of its own. */
export async function serve(
  t: TestContext,
  home: string,
  flags: string[] = ['--toolsets', 'all'],
  mode: 'legacy' | { pin: string } = 'legacy',
): Promise<Session> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [cli, 'serve', ...flags],
    env: { PATH: process.env.PATH ?? '', STRATLAB_HOME: home, STRATLAB_LOG_LEVEL: 'warn', STRATLAB_LEASE_MS: '1500' },
    stderr: 'ignore',
  });
  t.after(() => client.close());
  await client.connect(transport);
  const ask = (tool: string, given: Record<string, unknown>) => client.callTool({ name: tool, arguments: given });
  return {
    client,
    pid: transport.pid ?? 0,
    async call(tool, given = {}) {
      const result = await ask(tool, given);
      if (result.isError) throw new Error(`${tool}: ${JSON.stringify(result.content)}`);
      return { ...Object(result.structuredContent) };
    },
    async fail(tool, given = {}) {
      const result = await ask(tool, given);
      const [content] = result.content;
      if (!result.isError || content?.type !== 'text')
        throw new Error(`${tool} did not fail: ${JSON.stringify(result.structuredContent)}`);
      return JSON.parse(content.text);
    },
  };
}
