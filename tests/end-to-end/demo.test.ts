import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { cli } from './client.ts';

function demo(home: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, STRATLAB_HOME: home };
  return new Promise((ended) => {
    execFile(process.execPath, [cli, 'demo'], { env }, (error, stdout, stderr) => {
      ended({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, stdout, stderr });
    });
  });
}

test('the demo is a whole session with an honest verdict, and a second one knows the first', {
  timeout: 180_000,
}, async (t) => {
  const home = mkdtempSync(join(tmpdir(), 'stratlab-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  const first = await demo(home);
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout, /Verdict: after costs the fuzzy network (does not beat|has a higher)/);
  assert.match(first.stdout, /claude mcp add stratlab/);
  assert.doesNotMatch(first.stdout, /Known/);
  const report = /Report\s+(\S+\.html)/.exec(first.stdout)?.[1] ?? '';
  assert.ok(existsSync(report), first.stdout);
  assert.match(readFileSync(report, 'utf8'), /After a sharp fall in a quiet market/);
  const trials = /Trials spent on this market so far: (\d+)/;

  const second = await demo(home);
  assert.equal(second.code, 0, second.stderr);
  assert.match(second.stdout, /Known/);
  assert.match(second.stdout, /the same to the byte/);
  assert.equal(trials.exec(second.stdout)?.[1], trials.exec(first.stdout)?.[1], 'looking again is no new trial');
  const verdict = /Verdict: .*/;
  assert.equal(verdict.exec(second.stdout)?.[0], verdict.exec(first.stdout)?.[0]);
});
