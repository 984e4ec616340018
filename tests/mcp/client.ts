import type { TestContext } from 'node:test';
import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import type { Lab } from '@stratlab/lab/lab.ts';
import { buildServer, type ServerOptions } from '@stratlab/mcp/server.ts';

/** The official client, connected to the lab's server within this process. */
export async function clientOf(t: TestContext, lab: Lab, options: ServerOptions): Promise<Client> {
  const [near, far] = InMemoryTransport.createLinkedPair();
  const server = buildServer(lab, options);
  const client = new Client({ name: 'test', version: '1' });
  await Promise.all([server.connect(far), client.connect(near)]);
  t.after(() => client.close());
  return client;
}

/** The failure that a result holds as text. */
export function failureIn(result: Awaited<ReturnType<Client['callTool']>>) {
  const [content] = result.content;
  if (result.isError !== true || content?.type !== 'text') throw new Error(`Not a failure: ${JSON.stringify(result)}`);
  return JSON.parse(content.text);
}
