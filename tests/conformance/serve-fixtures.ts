import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfiguration } from '@stratlab/lab/configuration.ts';
import { openLab } from '@stratlab/lab/lab.ts';
import { mcpEndpoint } from '@stratlab/mcp/http/mcp-endpoint.ts';
import { serveHttp } from '@stratlab/mcp/http/serve.ts';
import { fixtureServer } from './fixture-server.ts';

/** The fixtures behind the product's own HTTP server, on a free port; `close` leaves nothing behind. */
export async function serveFixtures(): Promise<{ url: string; close(): Promise<void> }> {
  const home = mkdtempSync(join(tmpdir(), 'stratlab-'));
  const lab = openLab(readConfiguration({}, { home, logLevel: 'silent', httpPort: 0 }), { work: false });
  const server = await serveHttp(lab, [(challenge) => mcpEndpoint(lab, challenge, {}, fixtureServer)]);
  return {
    url: `${server.url}/mcp`,
    async close() {
      await server.close(0);
      await lab.close();
      rmSync(home, { recursive: true });
    },
  };
}
