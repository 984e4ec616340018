import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cannotFail, FailingSession, setScene, wrongsIn } from './failing-calls.ts';
import { errors, type Fault } from './outcome.ts';
import { temporaryFolder } from './worked-home.ts';

/** Spread evenly over the work; `npm run faults` takes every call with every error. */
const sampled = 6;

test('one failing call of train, backtest and report: a typed error or none, nothing half-written, and the same work succeeds', {
  skip: cannotFail() ?? false,
}, async (t) => {
  const session = new FailingSession(await setScene(temporaryFolder(t)), temporaryFolder(t));
  t.after(() => session.stop());
  const calls = { changes: await callsIn(session, 'EIO'), reads: await callsIn(session, 'reading') };
  const seen: string[] = [];
  for (let k = 0; k < sampled; k++) {
    const error = errors[k % errors.length];
    const most = error === 'reading' ? calls.reads : calls.changes;
    const outcome = await session.fail({ n: 1 + Math.floor(((k + 0.5) * most) / sampled), error });
    assert.deepEqual(wrongsIn(outcome), [], `${error} in call ${outcome.n}: ${outcome.failed}`);
    if (outcome.failed !== null) seen.push(outcome.failed.replace(/[0-9a-f]{12,}/g, '#'));
  }
  t.diagnostic(`${JSON.stringify(calls)}; failed: ${seen.join(', ')}`);
  assert.ok(seen.length > sampled / 2);
});

/** How many calls the work makes when none fails. */
async function callsIn(session: FailingSession, error: Fault['error']): Promise<number> {
  const clean = await session.fail({ n: 0, error });
  assert.deepEqual([clean.failed, wrongsIn(clean)], [null, []]);
  assert.ok(clean.steps.every((step) => step.error === null));
  return clean.calls;
}
