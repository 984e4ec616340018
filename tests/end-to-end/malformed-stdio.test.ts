import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isJSONRPCNotification, isJSONRPCResponse } from '@modelcontextprotocol/client';
import { malformedLines } from './malformed-messages.ts';
import { envelope, initialize, talk } from './talk.ts';

const perEra = 5_000;
const mostGrowth = 32 * 1024 * 1024;
/** Collected often: what grows is kept, and what is kept without end does not fit. */
const smallHeap = '--max-semi-space-size=2 --max-old-space-size=160';

const eras = {
  '2025-11-25': { hello: initialize, meta: {} },
  '2026-07-28': { hello: { method: 'server/discover', params: { _meta: envelope() } }, meta: { _meta: envelope() } },
};

/** Resident memory in bytes; 0 where the system does not tell. */
function residentBytes(pid: number | undefined): number {
  if (process.platform !== 'linux') return 0;
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

for (const [era, { hello, meta }] of Object.entries(eras)) {
  test(`${perEra} malformed messages do no harm to a connection of ${era}`, { timeout: 120_000 }, async (t) => {
    const home = mkdtempSync(join(tmpdir(), 'stratlab-'));
    t.after(() => rmSync(home, { recursive: true, force: true }));
    const { server, frames, write, ask } = talk(t, home, [], { NODE_OPTIONS: smallHeap });
    assert.ok('result' in (await ask('hello', hello)));
    const list = (name: string) => ask(name, { method: 'tools/list', params: meta });
    const half = perEra / 2;
    const malformed = malformedLines(perEra, 20_260_728);
    for (const line of malformed.slice(0, half)) await write(line);
    await list('half way');
    const before = residentBytes(server.pid);
    for (const line of malformed.slice(half)) await write(line);
    await list('at the end');
    const growth = residentBytes(server.pid) - before;

    const params = { name: 'list_market_data', arguments: {}, ...meta };
    const good = await ask('good', { method: 'tools/call', params });
    assert.match(String(Object(good.result).structuredContent?.summary), /^No market data/);
    assert.equal(server.exitCode, null);
    t.diagnostic(`${frames.length} answers; grown by ${(growth / 1e6).toFixed(1)} MB`);
    assert.ok(growth < mostGrowth, `grown by ${growth} bytes`);
    for (const frame of frames) {
      assert.ok(isJSONRPCResponse(frame) || isJSONRPCNotification(frame), JSON.stringify(frame).slice(0, 200));
    }
    server.stdin.end();
    assert.deepEqual(await once(server, 'exit'), [0, null]);
  });
}
