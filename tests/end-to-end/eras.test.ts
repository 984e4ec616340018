import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { crossDocument } from '../documents.ts';
import { serve } from './client.ts';

function emptyHome(t: TestContext): string {
  const home = mkdtempSync(join(tmpdir(), 'stratlab-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

for (const [era, mode] of [
  ['2025-11-25', 'legacy'],
  ['2026-07-28', { pin: '2026-07-28' }],
] as const) {
  test(`a client of ${era} does a piece of research on the real server`, async (t) => {
    const { client, call } = await serve(t, emptyHome(t), ['--toolsets', 'all'], mode);
    await call('load_market_data', { symbol: 'SYN-REGIME-3', timeframe: '1d', mode: 'full', provider: 'synthetic' });
    await call('create_strategy', { name: 'cross', config: crossDocument('SYN-REGIME-3') });
    const answer = await call('run_backtest', { strategy_name: 'cross' });
    assert.equal(Object(answer.data).synthetic, true);
    assert.match(String(answer.warnings), /synthetic/);
    const { contents } = await client.readResource({ uri: `lab://backtests/${String(answer.backtest_id)}/trades.csv` });
    assert.match(String(Object(contents[0]).text), /^direction,entry_time/);
    const strategy = await client.readResource({ uri: 'lab://strategies/cross' });
    assert.match(String(Object(strategy.contents[0]).text), /enter_long/);
    const chart = await client.callTool({
      name: 'get_chart',
      arguments: { id: String(answer.backtest_id), kind: 'equity' },
    });
    assert.equal(chart.content.find(({ type }) => type === 'image')?.type, 'image');
    const prompt = await client.getPrompt({
      name: 'research_session',
      arguments: { theme: 'trend', symbol: 'SYN-REGIME-3', budget: '5' },
    });
    assert.ok(prompt.messages.length > 0);
  });
}

test('core is the default, and read-only offers nothing that changes anything', async (t) => {
  const home = emptyHome(t);
  const core = await serve(t, home, []);
  const names = (await core.client.listTools()).tools.map(({ name }) => name);
  assert.ok(names.includes('run_backtest') && names.includes('train_model') && !names.includes('list_tasks'));
  assert.ok(names.length <= 25);
  const looking = await serve(t, home, ['--toolsets', 'all', '--read-only']);
  const { tools } = await looking.client.listTools();
  assert.ok(tools.length > 5 && tools.every(({ annotations }) => annotations?.readOnlyHint === true));
});
