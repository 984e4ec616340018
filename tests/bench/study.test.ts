import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, test } from 'node:test';
import { z } from 'zod';

const command = resolve(import.meta.dirname, '../../bench/study.ts');

function study(...given: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((ended) => {
    execFile(process.execPath, [command, ...given], (error, stdout, stderr) => {
      ended({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, stdout, stderr });
    });
  });
}

const row = z.object({
  market: z.string(),
  costs: z.string(),
  seeds: z.int(),
  edges: z.int(),
  allowed: z.object({ least: z.int(), most: z.int() }),
  verdicts: z.record(z.string(), z.int()),
  sharpe: z.number(),
  knownSharpe: z.number().nullable(),
  leastSharpe: z.number().nullable(),
  passed: z.boolean(),
});
const report = z.object({ study: z.literal('calibration'), passed: z.boolean(), findings: z.array(row) });

describe('the calibration study', () => {
  test('finds what was planted and nothing else, through a real server', { timeout: 180_000 }, async () => {
    const { code, stdout, stderr } = await study('calibration', '--seeds', '2', '--json');
    assert.notEqual(code, 2, stderr);
    const { passed, findings } = report.parse(JSON.parse(stdout));
    assert.equal(code, passed ? 0 : 1);
    assert.equal(
      passed,
      findings.every((finding) => finding.passed),
    );
    const [planted, dear, carried, noise, garch] = findings;
    assert.deepEqual(
      findings.map(({ market, costs, seeds }) => `${market}, ${costs}: ${seeds}`),
      ['fuzzy_rsi, none: 2', 'fuzzy_rsi, 0.5 % a side: 2', 'ar1, none: 2', 'noise, none: 2', 'garch, none: 2'],
    );
    for (const { verdicts } of findings) {
      assert.equal(
        Object.values(verdicts).reduce((sum, count) => sum + count),
        2,
      );
    }
    assert.deepEqual(planted.allowed, { least: 2, most: 2 });
    assert.equal(planted.edges, 2);
    assert.ok(planted.leastSharpe !== null && planted.sharpe >= planted.leastSharpe);
    assert.deepEqual(dear.allowed, { least: 0, most: 0 });
    assert.equal(dear.edges, 0);
    assert.ok(dear.sharpe < planted.sharpe);
    assert.deepEqual(carried.allowed, { least: 2, most: 2 });
    for (const none of [noise, garch]) {
      assert.deepEqual(none.allowed, { least: 0, most: 1 });
      assert.equal(none.knownSharpe, null);
    }
    const known = planted.knownSharpe;
    assert.ok(known !== null && known > 1.5 && known > planted.sharpe, `${known}`);
  });

  test('refuses what it does not understand, and names what there is', async () => {
    for (const given of [['calibrate'], [], ['calibration', '--seeds', '0'], ['calibration', '--fast']]) {
      const { code, stdout, stderr } = await study(...given);
      assert.equal(code, 2, given.join(' '));
      assert.equal(stdout, '');
      assert.match(stderr, /usage: npm run study.*\n {2}calibration: /);
    }
  });
});
