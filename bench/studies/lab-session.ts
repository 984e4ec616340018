import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { z } from 'zod';

/** A lab of its own, as an agent has it: through the tools. */
export interface LabSession {
  /** Calls a tool and reads the fields wanted of its answer. A failure of the tool is an error with its text. */
  call<Answer>(tool: string, given: Record<string, unknown>, answer: z.ZodType<Answer>): Promise<Answer>;
}

/** The official client over stdio, connected to `stratlab serve` in an empty home that is removed afterwards. */
export async function inEmptyLab<Result>(use: (session: LabSession) => Promise<Result>): Promise<Result> {
  const home = mkdtempSync(join(tmpdir(), 'stratlab-study-'));
  const client = new Client({ name: 'stratlab-study', version: '1' });
  try {
    await client.connect(serverIn(home));
    return await use({ call: (tool, given, answer) => callOf(client, tool, given, answer) });
  } finally {
    await client.close();
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

function serverIn(home: string): StdioClientTransport {
  return new StdioClientTransport({
    command: process.execPath,
    args: [resolve(import.meta.dirname, '../../cli/main.ts'), 'serve', '--toolsets', 'all'],
    env: { PATH: process.env.PATH ?? '', STRATLAB_HOME: home, STRATLAB_LOG_LEVEL: 'warn' },
    stderr: 'inherit',
  });
}

async function callOf<Answer>(
  client: Client,
  tool: string,
  given: Record<string, unknown>,
  answer: z.ZodType<Answer>,
): Promise<Answer> {
  const result = await client.callTool({ name: tool, arguments: given });
  if (!result.isError) return answer.parse(result.structuredContent);
  const [content] = result.content;
  throw new Error(`${tool} ${JSON.stringify(given)}: ${content?.type === 'text' ? content.text : 'failed'}`);
}
