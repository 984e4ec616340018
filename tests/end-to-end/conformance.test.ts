import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { runAll } from '../conformance/run-all.ts';
import { conformancePage } from '../conformance/table.ts';

const page = resolve(import.meta.dirname, '../../specification/conformance.md');

test('the official suites pass over the HTTP server of the lab, as the specification says', async (t) => {
  const runs = await runAll();
  for (const { suite, outcomes } of runs) {
    await t.test(`${suite.package} ${suite.version}, protocol ${suite.revision}`, () => {
      const failed = outcomes.filter((outcome) => outcome.failed > 0);
      assert.deepEqual(
        failed.map(({ scenario, complaints }) => ({ scenario, complaints })),
        [],
      );
    });
  }
  assert.equal(conformancePage(runs), readFileSync(page, 'utf8'), 'npm run conformance -- --write writes it anew');
});
