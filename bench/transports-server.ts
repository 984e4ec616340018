import { readConfiguration } from '@stratlab/lab/configuration.ts';
import { openLab } from '@stratlab/lab/lab.ts';
import { mcpEndpoint } from '@stratlab/mcp/http/mcp-endpoint.ts';
import { serveHttp, untilSignal } from '@stratlab/mcp/http/serve.ts';
import { serveStdio } from '@stratlab/mcp/stdio.ts';
import { WebSocketEndpoint } from '@stratlab/mcp/websocket/endpoint.ts';
import { manyTools } from './many-tools.ts';

/** `<number of tools> stdio|network`: a server for the bench, in the home that the environment names. */
const [count, over] = process.argv.slice(2);
const options = { tools: manyTools(Number(count)), toolsets: 'all' };
const lab = openLab(readConfiguration(process.env), { work: false });
if (over === 'stdio') await serveStdio(lab, options);
else {
  const server = await serveHttp(lab, [
    (challenge) => mcpEndpoint(lab, challenge, options),
    () => new WebSocketEndpoint(lab, options),
  ]);
  process.stdout.write(`${server.url}\n`);
  await untilSignal(server);
}
await lab.close();
