import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { type Configuration, readConfiguration } from '@stratlab/lab/configuration.ts';
import { createToken } from '@stratlab/lab/create-token.ts';
import { type Lab, openLab } from '@stratlab/lab/lab.ts';
import type { Scope } from '@stratlab/lab/scope.ts';
import { mcpEndpoint } from '@stratlab/mcp/http/mcp-endpoint.ts';
import type { Endpoint } from '@stratlab/mcp/http/route.ts';
import { serveHttp } from '@stratlab/mcp/http/serve.ts';
import { defineTool, type Tool } from '@stratlab/mcp/tool.ts';
import { z } from 'zod';
import { fixtureTools } from './end-to-end/fixture-tools.ts';

export const eras = [
  ['2025-11-25', 'legacy'],
  ['2026-07-28', { pin: '2026-07-28' }],
] as const;

const startTraining = defineTool({
  name: 'start_training',
  title: 'Start training',
  toolset: 'training',
  description: { does: 'Trains nothing.', useWhen: 'a test wants it.', next: 'nothing.', example: {} },
  input: z.strictObject({}),
  output: z.object({}),
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  run: () => ({ summary: 'Trained nothing.' }),
});

/** A tool that runs until its caller has gone, and a promise of that. */
export function attendTool() {
  const cancelled = Promise.withResolvers<void>();
  const tool = defineTool({
    name: 'attend',
    title: 'Attend',
    toolset: 'system',
    description: { does: 'Waits to be cancelled.', useWhen: 'a test wants it.', next: 'nothing.', example: {} },
    input: z.strictObject({}),
    output: z.object({}),
    annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    run: async (_lab, _input, { signal, progress }) => {
      signal.addEventListener('abort', () => cancelled.resolve());
      progress(1, 'began');
      await cancelled.promise;
      return { summary: 'Was cancelled.' };
    },
  });
  return { tool, cancelled: cancelled.promise };
}

export type Mode = (typeof eras)[number][1];

/** A real lab in a folder of its own, closed and removed after the test, that would listen on a free port. */
export function networkLab(t: TestContext, settings: Partial<Configuration> = {}): Lab {
  const home = mkdtempSync(join(tmpdir(), 'stratlab-'));
  const lab = openLab(readConfiguration({}, { home, logLevel: 'silent', httpPort: 0, ...settings }), { work: false });
  t.after(async () => {
    await lab.close();
    rmSync(home, { recursive: true });
  });
  return lab;
}

/** The tools of the tests over real HTTP, within this process. Ends with the test. Returns the URL of `/mcp`. */
export async function listening(
  t: TestContext,
  lab: Lab,
  endpoints: readonly Endpoint[] = [],
  tools: readonly Tool[] = [],
): Promise<string> {
  const server = await serveHttp(lab, [
    (challenge) => mcpEndpoint(lab, challenge, { tools: [...fixtureTools, startTraining, ...tools], toolsets: 'all' }),
    ...endpoints.map((endpoint) => () => endpoint),
  ]);
  t.after(() => server.close(0));
  return `${server.url}/mcp`;
}

export function tokenFor(lab: Lab, name: string, ...scopes: Scope[]): string {
  return createToken(lab, { name, scopes, expiresAt: null });
}

/** The official client, connected over Streamable HTTP. */
export async function clientAt(t: TestContext, url: string, mode: Mode, token?: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
  const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  t.after(() => client.close());
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  return client;
}

/** One message without a handshake, as a script would send it. */
export function post(url: string, message: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', ...headers },
    body: typeof message === 'string' ? message : JSON.stringify(message),
  });
}

export function callOf(name: string, given: object = {}): object {
  return { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: given } };
}

export const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
