import { readConfiguration } from '@stratlab/lab/configuration.ts';
import { openLab } from '@stratlab/lab/lab.ts';
import { mcpEndpoint } from '@stratlab/mcp/http/mcp-endpoint.ts';
import { serveHttp, untilSignal } from '@stratlab/mcp/http/serve.ts';
import { fixtureTools } from './fixture-tools.ts';

/**
 * A server over HTTP with the tools of the tests, in the home that the environment names. Tells its parent where it
 * listens; asked anything, it tells how many bytes it holds after a collection.
 */
const lab = openLab(readConfiguration(process.env), { work: false });
const server = await serveHttp(lab, [
  (challenge) => mcpEndpoint(lab, challenge, { tools: fixtureTools, toolsets: 'all' }),
]);
process.send?.({ url: `${server.url}/mcp` });
process.on('message', () => {
  globalThis.gc?.();
  process.send?.({ bytes: process.memoryUsage().heapUsed });
});
await untilSignal(server, 1000);
await lab.close();
process.exit();
