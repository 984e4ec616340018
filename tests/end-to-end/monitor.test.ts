import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { readConfiguration } from '@stratlab/lab/configuration.ts';
import { openLab } from '@stratlab/lab/lab.ts';
import { z } from 'zod';
import { networkDocument } from '../documents.ts';
import { storeMarket } from '../lab-home.ts';
import { homeFor, serveProcess, stratlab } from './http-process.ts';

const spans = z.object({
  resourceSpans: z.array(
    z.object({
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              traceId: z.string(),
              spanId: z.string(),
              parentSpanId: z.string().optional(),
              name: z.string(),
            }),
          ),
        }),
      ),
    }),
  ),
});

/** A collector of traces on a free port, and what it was sent. */
async function collector(t: TestContext) {
  const collected: z.infer<typeof spans>['resourceSpans'][0]['scopeSpans'][0]['spans'] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { resourceSpans } = spans.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
    collected.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return { url: `http://127.0.0.1:${address.port}`, collected };
}

test('a lab over HTTP shows its health and its figures, and a training is one trace from the call to the worker', async (t) => {
  const home = homeFor(t);
  const lab = openLab(readConfiguration({ STRATLAB_HOME: home, STRATLAB_LOG_LEVEL: 'silent' }), { work: false });
  storeMarket(lab, 'AAA', 'fuzzy_rsi', { bars: 1500 }, { kind: 'none' });
  await lab.close();
  const traces = await collector(t);
  const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: traces.url, OTEL_BSP_SCHEDULE_DELAY: '200' };
  const { url } = await serveProcess(t, home, [], environment);
  const client = new Client({ name: 'test', version: '1' });
  t.after(() => client.close());
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  const call = async (name: string, given: Record<string, unknown>) => {
    const { structuredContent, isError, content } = await client.callTool({ name, arguments: given });
    assert.ok(!isError, JSON.stringify(content));
    return { ...Object(structuredContent) };
  };

  await call('create_strategy', { name: 'net', config: networkDocument(['AAA']) });
  const { task_id } = await call('train_model', { strategy_name: 'net' });
  const ended = await call('get_task_status', { task_id, wait_ms: 20_000 });
  assert.equal(ended.status, 'completed');

  const health = await fetch(new URL('/health', url));
  assert.equal(health.status, 200);
  const { status, checks }: Record<string, object> = Object(await health.json());
  assert.deepEqual([status, Object.keys(checks).sort()], ['ok', ['database', 'queue', 'room', 'workers']]);

  await stratlab(home, ['queue', 'pause', 'the disk at /srv is changed']);
  const paused = await (await fetch(new URL('/health', url))).text();
  assert.match(paused, /"status":"degraded".*"is paused"/);
  assert.doesNotMatch(paused, /srv/, 'anyone may ask, so it says no more than that');

  const metrics = await (await fetch(new URL('/metrics', url))).text();
  for (const line of [
    /^stratlab_tool_calls_total\{tool="train_model",code="ok"\} 1$/m,
    /^stratlab_job_duration_seconds_count\{kind="train",status="completed"\} 1$/m,
    /^stratlab_jobs\{status="completed"\} 1$/m,
    /^stratlab_training_steps_total [1-9]/m,
    /^stratlab_worker_slots\{capability="cpu"\} [1-9]/m,
    /^process_resident_memory_bytes [1-9]/m,
  ])
    assert.ok(line.test(metrics), `${line} is not in /metrics`);

  const named = (name: string) => traces.collected.find((span) => span.name === name);
  for (let k = 0; k < 100 && named('tool train_model') === undefined; k++) await sleep(50);
  const [tool, job] = [named('tool train_model'), named('job train')];
  assert.ok(tool !== undefined && job !== undefined, JSON.stringify(traces.collected.map(({ name }) => name)));
  assert.deepEqual([job.traceId, job.parentSpanId], [tool.traceId, tool.spanId]);
});
