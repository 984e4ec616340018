import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { cli } from './client.ts';

const inspector = resolve(import.meta.dirname, '../../node_modules/.bin/mcp-inspector');

/** One run of the official command-line client. It hands few variables on, so the home is found from the folder. */
function inspect(home: string, ...flags: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, STRATLAB_HOME: home, STRATLAB_LOG_LEVEL: 'silent' };
  const given = ['--cli', '-q', process.execPath, cli, 'serve', ...flags];
  return new Promise((ended) => {
    execFile(inspector, given, { env, cwd: home, maxBuffer: 1 << 24 }, (error, stdout, stderr) => {
      ended({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, stdout, stderr });
    });
  });
}

test('the Inspector lists and calls one tool of each kind', { timeout: 120_000 }, async (t) => {
  const home = mkdtempSync(join(tmpdir(), 'stratlab-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  for (const [method, ...flags] of [
    ['tools/list', '--strict'],
    ['prompts/list'],
    ['resources/list'],
    ['resources/templates/list'],
    ['tools/call', '--tool-name', 'list_market_data'],
    ['tools/call', '--tool-name', 'get_strategy_schema'],
    ['tools/call', '--tool-name', 'get_research_brief'],
    ['tools/call', '--tool-name', 'start_experiment', '--tool-arg', 'name=a', '--tool-arg', 'hypothesis=b'],
    ['tools/call', '--tool-name', 'get_task_status'],
  ]) {
    const { code, stdout, stderr } = await inspect(home, '--method', method, ...flags);
    assert.equal(code, 0, `${method} ${flags.join(' ')}: ${stderr}${stdout.slice(0, 500)}`);
    JSON.parse(stdout);
    if (method === 'tools/list') assert.doesNotMatch(stderr, /Warning: tool/);
  }
});
