import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cannotFail, FailingSession, wrongsIn } from './failing-calls.ts';
import { errors, type Fault } from './outcome.ts';

/*
 * `npm run faults`: every call by which train -> backtest -> report changes a file fails once with every error, and every
 * call by which it reads one, two at a time. With a number, only every so many-th call.
 */
const every = Math.max(1, Number(process.argv[2] ?? 1));
const reason = cannotFail();
if (reason !== null) throw new Error(reason);

const folder = mkdtempSync(join(tmpdir(), 'stratlab-'));
const counts = { changes: 0, reads: 0, tried: 0, failed: 0, told: 0, unnoticed: 0, wrong: 0 };

async function inSession(name: string, body: (session: FailingSession) => Promise<void>): Promise<void> {
  const session = await FailingSession.start(join(folder, name));
  try {
    await body(session);
  } finally {
    session.stop();
  }
}

async function walk(session: FailingSession, faults: Iterator<Fault>): Promise<void> {
  for (let next = faults.next(); !next.done; next = faults.next()) {
    const outcome = await session.fail(next.value);
    const wrongs = wrongsIn(outcome);
    counts.tried++;
    if (outcome.failed !== null) counts.failed++;
    if (outcome.steps.some(({ error }) => error !== null)) counts.told++;
    else counts.unnoticed++;
    if (wrongs.length === 0) continue;
    counts.wrong++;
    process.stdout.write(`${next.value.error} in call ${next.value.n}, ${outcome.failed}:\n  ${wrongs.join('\n  ')}\n`);
  }
}

function* allFaults(calls: Record<Fault['error'], number>): Generator<Fault> {
  for (const error of errors) for (let n = 1; n <= calls[error]; n += every) yield { n, error };
}

try {
  await inSession('clean', async (session) => {
    counts.changes = (await session.fail({ n: 0, error: 'EIO' })).calls;
    counts.reads = (await session.fail({ n: 0, error: 'reading' })).calls;
  });
  const { changes, reads } = counts;
  const faults = allFaults({ ENOSPC: changes, EIO: changes, EROFS: changes, reading: reads });
  await Promise.all(['a', 'b'].map((name) => inSession(name, (session) => walk(session, faults))));
  process.stdout.write(`${JSON.stringify(counts)}\n`);
  if (counts.wrong > 0) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
