import { resolve } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { z } from 'zod';

const answerSchema = z.looseObject({ summary: z.string(), warnings: z.array(z.string()) });
export type DemoAnswer = z.infer<typeof answerSchema>;

export interface DemoClient {
  /** Calls a tool; a failure of the tool is an error with its code and message. */
  call(tool: string, given?: Record<string, unknown>): Promise<DemoAnswer>;
  toolCount: number;
  close(): Promise<void>;
}

/** The official client over stdio, connected to a server process of its own. */
export async function connect(): Promise<DemoClient> {
  const client = new Client({ name: 'stratlab-demo', version: '1.0.0' });
  const environment = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [resolve(process.argv[1]), 'serve', '--toolsets', 'all'],
    env: { STRATLAB_LOG_LEVEL: 'warn', ...Object.fromEntries(environment) },
    stderr: 'inherit',
  });
  await client.connect(transport);
  const { tools } = await client.listTools();
  return {
    toolCount: tools.length,
    close: () => client.close(),
    async call(tool, given = {}) {
      const result = await client.callTool({ name: tool, arguments: given });
      if (result.isError) {
        const [content] = result.content;
        throw new Error(`${tool}: ${content?.type === 'text' ? content.text : 'failed'}`);
      }
      return answerSchema.parse(result.structuredContent);
    },
  };
}
