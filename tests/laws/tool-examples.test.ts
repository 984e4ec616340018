import assert from 'node:assert/strict';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { importSeries } from '@stratlab/lab/import-series.ts';
import type { Tool } from '@stratlab/mcp/tool.ts';
import { tools } from '@stratlab/mcp/tools/index.ts';
import { networkDocument } from '../documents.ts';
import { emptyLab } from '../lab-home.ts';
import { checkExample } from './tool-example.ts';

const placeholder = /^(task|model|backtest|experiment|insight)_2h7k9m4qxw$/;

/** The example with the ids of things that are there. */
function withIds(example: object, ids: ReadonlyMap<string, string>): Record<string, unknown> {
  const replace = (value: unknown): unknown => {
    if (typeof value === 'string') return ids.get(placeholder.exec(value)?.[1] ?? '') ?? value;
    if (Array.isArray(value)) return value.map(replace);
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replace(item)]));
    return value;
  };
  return { ...Object(replace(example)) };
}

test('the example of every tool runs against a lab that has what it names', async (t) => {
  const lab = emptyLab(t);
  const packageFile = findPackageJSON('vega-datasets', import.meta.url) ?? '';
  await importSeries(lab, {
    path: join(dirname(packageFile), 'data', 'sp500-2000.csv'),
    symbol: 'SPX',
    timeframe: '1d',
  });
  const named = new Map(tools.map((tool) => [tool.name, tool]));
  const ids = new Map<string, string>();
  const done = new Set<string>();
  const run = async (name: string, given?: Record<string, unknown>): Promise<Record<string, unknown>> => {
    const tool = named.get(name);
    assert.ok(tool, name);
    done.add(name);
    return checkExample(lab, tool, tools, given ?? withIds(tool.description.example, ids));
  };
  const keep = (kind: string, id: unknown) => ids.set(kind, String(id));

  keep('experiment', (await run('start_experiment')).experiment_id);
  await run('create_strategy');
  const execution = { fill: 'next_close' };
  await run('create_strategy', { name: 'rsi_reversion', config: networkDocument(['SPX'], { execution }) });
  keep('task', (await run('train_model')).task_id);
  let task: Record<string, unknown>;
  do task = await run('get_task_status', { task_id: ids.get('task'), wait_ms: 5000 });
  while (task.status === 'queued' || task.status === 'running');
  assert.equal(task.status, 'completed', JSON.stringify(task));
  keep('model', Object(task.result).id);
  keep('backtest', (await run('run_backtest')).backtest_id);
  keep('insight', (await run('save_insight')).insight_id);
  const last = ['cancel_task', 'end_experiment'];
  const rest = (tool: Tool) => !done.has(tool.name) && !last.includes(tool.name);
  for (const tool of tools.filter(rest)) await run(tool.name);
  for (const name of last) await run(name);
  assert.deepEqual(
    tools.map(({ name }) => name).filter((name) => !done.has(name)),
    [],
  );
});
