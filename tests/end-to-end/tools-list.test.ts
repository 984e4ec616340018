import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { serve } from './client.ts';

const mostTokens = 12_000;
/** Of JSON in English, about. */
const charactersPerToken = 4;

test('what tools/list shows by default fits into a model, and what it takes is printed', async (t) => {
  const home = mkdtempSync(join(tmpdir(), 'stratlab-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  const { client } = await serve(t, home, []);
  const times: number[] = [];
  for (let k = 0; k < 50; k++) {
    const begun = performance.now();
    await client.listTools();
    times.push(performance.now() - begun);
  }
  const { tools } = await client.listTools();
  const tokens = Math.ceil(JSON.stringify({ tools }).length / charactersPerToken);
  const median = times.sort((a, b) => a - b)[times.length / 2];
  t.diagnostic(
    `tools/list: ${tools.length} tools, ${tokens} tokens, ${median.toFixed(1)} ms (median of ${times.length})`,
  );
  assert.ok(tools.length > 10 && tokens <= mostTokens, `${tools.length} tools take ${tokens} tokens of ${mostTokens}`);
});
