import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { callsMade } from '@stratlab/knowledge/ledger.ts';
import { readConfiguration } from '@stratlab/lab/configuration.ts';
import { openLab } from '@stratlab/lab/lab.ts';
import { crossDocument } from '../documents.ts';
import { cli, serve } from './client.ts';

function emptyHome(t: TestContext): string {
  const home = mkdtempSync(join(tmpdir(), 'stratlab-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

function stratlab(home: string, ...flags: string[]): Promise<Ended> {
  const env = { ...process.env, STRATLAB_HOME: home };
  return new Promise((ended) => {
    execFile(process.execPath, [cli, ...flags], { env }, (error, stdout, stderr) => {
      ended({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, stdout, stderr });
    });
  });
}

const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n`;

const refusals: [tool: string, given: Record<string, unknown>, code: string, path?: string][] = [
  ['load_market_data', { symbol: 'NOSUCH', timeframe: '1d' }, 'not_found'],
  ['get_market_data', { symbol: 'NOSUCH', timeframe: '2d' }, 'invalid_input', 'timeframe'],
  ['get_market_data', { symbol: '../../etc/passwd', timeframe: '1d' }, 'invalid_input', 'symbol'],
  [
    'get_market_data',
    { symbol: 'SYN-NOISE-1', timeframe: '1d', start_date: '2020-02-30' },
    'invalid_input',
    'start_date',
  ],
  [
    'get_market_data',
    { symbol: 'SYN-NOISE-1', timeframe: '1d', start_date: '2020-02-01T10:00:00' },
    'invalid_input',
    'start_date',
  ],
  [
    'compute_indicators',
    { symbol: 'SYN-NOISE-1', timeframe: '1d', indicators: { x: { type: 'rsy' } } },
    'invalid_input',
  ],
  ['create_strategy', { name: 'bomb', yaml: bomb }, 'invalid_strategy'],
  ['create_strategy', { name: 'deep', yaml: `a: ${'['.repeat(100_000)}` }, 'limit_exceeded'],
  ['create_strategy', { name: 'large', yaml: `description: ${'x'.repeat(10_000_000)}` }, 'limit_exceeded'],
  ['create_strategy', { name: 'large', config: { description: 'x'.repeat(9_000_000) } }, 'limit_exceeded'],
  ['create_strategy', { name: '../../evil', config: crossDocument('AAA') }, 'invalid_input', 'name'],
  ['create_strategy', { name: 'proto', yaml: '__proto__: {polluted: true}\nversion: "4"' }, 'invalid_strategy'],
  ['create_strategy', { name: 'broken', yaml: 'version: "4"\nrules: {enter_long: "sma(20"}' }, 'invalid_strategy'],
  ['train_model', { strategy_name: 7 }, 'invalid_input', 'strategy_name'],
  ['train_model', { strategy_name: 'none' }, 'not_found'],
  ['run_backtest', { strategy_name: 'none', nonsense: true }, 'invalid_input', 'nonsense'],
  ['get_task_status', { task_id: 'task_none' }, 'not_found'],
  ['cancel_task', { task_id: 'task_none' }, 'not_found'],
  ['get_backtest', { backtest_id: "'; DROP TABLE backtests; --" }, 'not_found'],
  ['get_chart', { id: 'backtest_none', kind: 'equity' }, 'not_found'],
  ['get_strategy', { name: 'none' }, 'not_found'],
  ['end_experiment', { experiment_id: 'experiment_none', conclusion: 'x', outcome: 'supported' }, 'not_found'],
  ['save_insight', { category: 'rumour', content: 'x' }, 'invalid_input', 'category'],
];

test('every door refuses bad input with a clear error, writes it down, and goes on working', async (t) => {
  const home = emptyHome(t);
  const session = await serve(t, home);
  await session.call('load_market_data', {
    symbol: 'SYN-NOISE-1',
    timeframe: '1d',
    mode: 'full',
    provider: 'synthetic',
  });
  for (const [tool, given, code, path] of refusals) {
    const failure = await session.fail(tool, given);
    const shown = `${tool} ${JSON.stringify(given).slice(0, 120)}: ${JSON.stringify(failure).slice(0, 400)}`;
    assert.equal(failure.code, code, shown);
    if (path !== undefined) assert.equal(failure.path, path, shown);
    assert.ok(failure.message.length > 10 && failure.message.length < 1000, shown);
  }
  assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false);
  const listed = await session.call('list_market_data');
  assert.equal(listed.total_rows, 1);
  await session.client.close();

  const lab = openLab(readConfiguration({ STRATLAB_HOME: home, STRATLAB_LOG_LEVEL: 'silent' }), { work: false });
  const failed = callsMade(lab.database).filter(({ outcome }) => outcome === 'error');
  await lab.close();
  assert.deepEqual(
    failed.map(({ tool, errorCode }) => [tool, errorCode]),
    refusals.map(([tool, , code]) => [tool, code]),
  );
});

test('import refuses damaged files with line numbers, and wrong flags as usage', async (t) => {
  const home = emptyHome(t);
  const file = join(home, 'bars.csv');
  writeFileSync(file, 'date,open,high,low,close,volume\n2020-01-01,1,2,1,2,5\n2020-01-02,1,2,1,NaN,5\n');
  const damaged = await stratlab(home, 'import', file, '--symbol', 'AAA', '--timeframe', '1d');
  assert.equal(damaged.code, 1);
  assert.match(damaged.stderr, /line 3/);
  for (const flags of [
    ['import', file, '--symbol', '../x', '--timeframe', '1d'],
    ['import', file, '--symbol', 'AAA', '--timeframe', '2d'],
    ['import', file, '--symbol', 'AAA', '--timeframe', '1d', '--seal', 'soon'],
    ['import', file, '--timeframe', '1d'],
    ['imprt'],
    ['serve', '--toolset'],
  ]) {
    const ended = await stratlab(home, ...flags);
    assert.equal(ended.code, 2, `${flags.join(' ')}: ${ended.stderr}`);
    assert.equal(ended.stdout, '');
  }
  const missing = await stratlab(home, 'import', join(home, 'none.csv'), '--symbol', 'AAA', '--timeframe', '1d');
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /none\.csv/);
  writeFileSync(file, 'date,open,high,low,close,volume\n2020-01-01,1,2,1,2,5\n2020-01-02,2,2,1,1,5\n');
  const fine = await stratlab(home, 'import', file, '--symbol', 'AAA', '--timeframe', '1d', '--seal', 'none', '--json');
  assert.equal(fine.code, 0, fine.stderr);
  assert.equal(JSON.parse(fine.stdout).rows, 2);
});

test('every command explains itself', async (t) => {
  const home = emptyHome(t);
  for (const command of ['serve', 'demo', 'import', 'export', 'status', 'backup']) {
    const { code, stdout } = await stratlab(home, command, '--help');
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`stratlab ${command}`));
  }
});

test('status and backup speak of the same lab', async (t) => {
  const home = emptyHome(t);
  const copy = join(home, 'copy.db');
  const status = await stratlab(home, 'status', '--json');
  assert.equal(status.code, 0, status.stderr);
  assert.ok(JSON.parse(status.stdout).version);
  assert.equal((await stratlab(home, 'backup', '--database-only', copy)).code, 0);
  const again = await stratlab(home, 'backup', '--database-only', copy);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /exists already/);
});

test('serve refuses an unknown toolset and a wrong setting', async (t) => {
  const home = emptyHome(t);
  const unknown = await stratlab(home, 'serve', '--toolsets', 'everything');
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /everything/);
  const env = { ...process.env, STRATLAB_HOME: home, STRATLAB_WORKERS: 'many' };
  const ended = await new Promise<string>((done) => {
    execFile(process.execPath, [cli, 'status'], { env }, (_error, _stdout, stderr) => done(stderr));
  });
  assert.match(ended, /STRATLAB_WORKERS is "many"/);
});
