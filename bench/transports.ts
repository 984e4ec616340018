import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { tools } from '@stratlab/mcp/tools/index.ts';
import { chooseTools } from '@stratlab/mcp/toolsets.ts';
import { WebSocketClientTransport } from '@stratlab/mcp/websocket/client-transport.ts';
import type { Bench, Measurement } from './bench.ts';

const toolCounts = [25, 60] as const;
const rounds = 300;
const warmUpRounds = 50;
const goals = { tools_list_ms: 3, default_set_tokens: 12_000 };
const charactersPerToken = 4;
const entry = resolve(import.meta.dirname, 'transports-server.ts');

/** Each round asks every server once, so that what else the machine does falls on all of them alike. */
export const transports: Bench = {
  name: 'transports',
  describes: 'one trivial call and tools/list over stdio, HTTP and WebSocket; the size of tools/list',
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'stratlab-bench-'));
    const closers: Close[] = [];
    try {
      const lines: Line[] = [];
      for (const count of toolCounts) lines.push(...(await open(count, join(folder, String(count)), closers)));
      const measurements = await measure(lines);
      const list = listed();
      return {
        measurements,
        figures: {
          percentiles: Object.fromEntries(measurements.map(({ name, values }) => [name, percentiles(values)])),
          default_set: list,
          goals: { ...goals, ...met(measurements, list.tokens) },
        },
      };
    } finally {
      for (const close of closers.reverse()) await close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

interface Line {
  /** `websocket_25` */
  name: string;
  client: Client;
}

type Close = () => Promise<void>;

async function measure(lines: readonly Line[]): Promise<Measurement[]> {
  const calls = lines.map(({ name, client }) => ({
    name: `call_${name}_ms`,
    ask: () => client.callTool({ name: 'list_market_data', arguments: {} }),
  }));
  const lists = lines.map(({ name, client }) => ({ name: `tools_list_${name}_ms`, ask: () => client.listTools() }));
  return [...(await inTurn(calls)), ...(await inTurn(lists))];
}

/** Calls and lists apart: after a list a client prepares itself for every tool anew. */
async function inTurn(asks: readonly { name: string; ask: () => Promise<unknown> }[]): Promise<Measurement[]> {
  const measurements = asks.map(({ name }): Measurement => ({ name, unit: 'ms', values: [] }));
  for (let round = -warmUpRounds; round < rounds; round++) {
    for (const [k, { ask }] of asks.entries()) {
      const begun = performance.now();
      await ask();
      if (round >= 0) measurements[k].values.push(performance.now() - begun);
    }
  }
  return measurements;
}

/** The three ways to servers with so many tools; what is to be closed at the end goes to `closers`. */
async function open(count: number, home: string, closers: Close[]): Promise<Line[]> {
  const env = {
    PATH: process.env.PATH ?? '',
    STRATLAB_LOG_LEVEL: 'silent',
    STRATLAB_HTTP_PORT: '0',
    STRATLAB_HTTP_RATE: '1000000',
  };
  const command = process.execPath;
  const overStdio = { command, args: [entry, String(count), 'stdio'], env: { ...env, STRATLAB_HOME: `${home}-stdio` } };
  const server = spawn(command, [entry, String(count), 'network'], {
    env: { ...env, STRATLAB_HOME: `${home}-network` },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  closers.push(async () => {
    const ended = once(server, 'exit');
    if (server.kill('SIGTERM')) await ended;
  });
  const [url] = await Promise.race([
    once(createInterface(server.stdout), 'line'),
    once(server, 'exit').then(() => Promise.reject(new Error('The server ended before it listened.'))),
  ]);
  const { host } = new URL(url);
  return [
    await line(`stdio_${count}`, new StdioClientTransport({ ...overStdio, stderr: 'ignore' }), closers),
    await line(`http_${count}`, new StreamableHTTPClientTransport(new URL(`http://${host}/mcp`)), closers),
    await line(`websocket_${count}`, new WebSocketClientTransport(`ws://${host}/ws`), closers),
  ];
}

type Transport = Parameters<Client['connect']>[0];

/** A client of the 2025 era: one of the newer keeps what `tools/list` answered. */
async function line(name: string, transport: Transport, closers: Close[]): Promise<Line> {
  const client = new Client({ name: 'bench', version: '1' });
  closers.push(() => client.close());
  await client.connect(transport);
  return { name, client };
}

/** What `tools/list` costs for the default set; some clients keep the schemas of answers from the model. */
function listed() {
  const listings = chooseTools(tools, {}).map(({ listing }) => listing);
  const text = JSON.stringify({ tools: listings });
  const answers = JSON.stringify(listings.map(({ outputSchema }) => outputSchema));
  return {
    tools: listings.length,
    bytes: Buffer.byteLength(text),
    tokens: Math.ceil(text.length / charactersPerToken),
    tokens_of_output_schemas: Math.ceil(answers.length / charactersPerToken),
    characters_per_token: charactersPerToken,
  };
}

function met(measurements: readonly Measurement[], tokens: number) {
  const lists = measurements.filter(({ name }) => name.startsWith('tools_list_') && name.endsWith('_25_ms'));
  return {
    tools_list_met: lists.every(({ values }) => percentiles(values).p50 < goals.tools_list_ms),
    default_set_met: tokens <= goals.default_set_tokens,
  };
}

function percentiles(values: readonly number[]) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.ceil(share * sorted.length) - 1] * 1000) / 1000;
  return { p50: at(0.5), p99: at(0.99) };
}
