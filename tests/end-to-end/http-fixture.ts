import { readConfiguration } from '@stratlab/lab/configuration.ts';
import { openLab } from '@stratlab/lab/lab.ts';
import { mcpEndpoint } from '@stratlab/mcp/http/mcp-endpoint.ts';
import { serveHttp, untilSignal } from '@stratlab/mcp/http/serve.ts';
import { WebSocketEndpoint } from '@stratlab/mcp/websocket/endpoint.ts';
import { fixtureTools } from './fixture-tools.ts';

const options = { tools: fixtureTools, toolsets: 'all' };

/**
 * A server over HTTP and WebSockets with the tools of the tests, in the home that the environment names; a WebSocket
 * that broke can be taken up for half a second. Tells its parent where it listens; asked anything, it tells how many
 * bytes it holds after a collection.
 */
const lab = openLab(readConfiguration(process.env), { work: false });
const server = await serveHttp(lab, [
  (challenge) => mcpEndpoint(lab, challenge, options),
  () => new WebSocketEndpoint(lab, options, { keptMs: 500 }),
]);
process.send?.({ url: `${server.url}/mcp` });
process.on('message', () => {
  globalThis.gc?.();
  process.send?.({ bytes: process.memoryUsage().heapUsed });
});
await untilSignal(server, 1000);
await lab.close();
process.exit();
