import { type Configuration, meaningOf, parseSetting, settings } from '@stratlab/lab/configuration.ts';
import type { Lab } from '@stratlab/lab/lab.ts';
import type { Mount } from '@stratlab/mcp/http/serve.ts';
import type { HttpServer } from '@stratlab/mcp/http/server.ts';
import type { ServerOptions } from '@stratlab/mcp/server.ts';
import type { Command } from 'commander';
import { flag } from '../usage.ts';

interface ServeOptions {
  toolsets?: string;
  readOnly?: boolean;
  http?: boolean;
  ws?: boolean;
  monitor?: boolean;
  host?: string;
  port?: number;
  allowedHosts?: string[];
  allowedOrigins?: string[];
}

export function addServe(program: Command): void {
  program
    .command('serve')
    .description('serve the lab to MCP clients: to one over stdin and stdout, or to many over the network')
    .option(
      '--toolsets <names>',
      'core, all, or headings separated by commas (data,strategy,training,backtest,evidence,knowledge,system)',
    )
    .option('--read-only', 'offer only tools that change nothing')
    .option('--http', 'serve Streamable HTTP at /mcp')
    .option('--ws', 'serve WebSockets at /ws; alone or beside --http')
    .option('--monitor', 'serve /health and /metrics beside stdin and stdout; always there beside --http and --ws')
    .option('--host <address>', meaningOf(settings.httpHost))
    .option(
      '--port <number>',
      meaningOf(settings.httpPort),
      flag((text) => parseSetting(settings.httpPort, text)),
    )
    .option(
      '--allowed-hosts <names>',
      meaningOf(settings.allowedHosts),
      flag((text) => parseSetting(settings.allowedHosts, text)),
    )
    .option(
      '--allowed-origins <names>',
      meaningOf(settings.allowedOrigins),
      flag((text) => parseSetting(settings.allowedOrigins, text)),
    )
    .action(serve);
}

async function serve(options: ServeOptions, command: Command): Promise<void> {
  const overrides = overridesIn(options);
  const isNetwork = options.http || options.ws;
  if (!isNetwork && !options.monitor && Object.keys(overrides).length > 0)
    command.error('error: where to listen is for --http, --ws and --monitor');
  const { openConfiguredLab } = await import('../open-lab.ts');
  const lab = openConfiguredLab({ overrides });
  const { startTelemetry } = await import('@stratlab/lab/telemetry.ts');
  const telemetry = await startTelemetry(process.env, 'stratlab');
  try {
    await (isNetwork ? serveNetwork(lab, options) : serveStdin(lab, options));
  } finally {
    await lab.close();
    await telemetry.flush();
  }
  // A call that was given up may still wait for something; nobody waits for it any more.
  if (isNetwork) process.exit();
}

async function serveStdin(lab: Lab, options: ServeOptions): Promise<void> {
  const { serveStdio } = await import('@stratlab/mcp/stdio.ts');
  const monitor = options.monitor ? await serveMonitor(lab) : null;
  await serveStdio(lab, serverOptionsIn(options));
  await monitor?.close(0);
}

async function serveMonitor(lab: Lab): Promise<HttpServer> {
  const { serveHttp } = await import('@stratlab/mcp/http/serve.ts');
  return serveHttp(lab, await monitors(lab));
}

async function serveNetwork(lab: Lab, options: ServeOptions): Promise<void> {
  const { serveHttp, untilSignal } = await import('@stratlab/mcp/http/serve.ts');
  const mounts: Mount[] = [];
  if (options.http) {
    const { mcpEndpoint } = await import('@stratlab/mcp/http/mcp-endpoint.ts');
    mounts.push((challenge) => mcpEndpoint(lab, challenge, serverOptionsIn(options)));
  }
  if (options.ws) {
    const { WebSocketEndpoint } = await import('@stratlab/mcp/websocket/endpoint.ts');
    mounts.push(() => new WebSocketEndpoint(lab, serverOptionsIn(options)));
  }
  const { workEndpoint } = await import('@stratlab/mcp/http/work-endpoint.ts');
  const work = await workEndpoint(lab);
  mounts.push(() => work, ...(await monitors(lab)));
  const server = await serveHttp(lab, mounts);
  if (options.http) process.stdout.write(`Streamable HTTP: ${server.url}/mcp\n`);
  if (options.ws) process.stdout.write(`WebSocket: ${server.url.replace('http', 'ws')}/ws\n`);
  await untilSignal(server);
}

/** `/health` and `/metrics`. */
async function monitors(lab: Lab): Promise<Mount[]> {
  const [{ healthEndpoint }, { metricsEndpoint }] = await Promise.all([
    import('@stratlab/mcp/http/health.ts'),
    import('@stratlab/mcp/http/metrics.ts'),
  ]);
  return [() => healthEndpoint(lab), () => metricsEndpoint(lab)];
}

function serverOptionsIn({ toolsets, readOnly }: ServeOptions): ServerOptions {
  return {
    ...(toolsets === undefined ? {} : { toolsets }),
    ...(readOnly === undefined ? {} : { readOnly }),
  };
}

function overridesIn({ host, port, allowedHosts, allowedOrigins }: ServeOptions): Partial<Configuration> {
  return {
    ...(host === undefined ? {} : { httpHost: host }),
    ...(port === undefined ? {} : { httpPort: port }),
    ...(allowedHosts === undefined ? {} : { allowedHosts }),
    ...(allowedOrigins === undefined ? {} : { allowedOrigins }),
  };
}
