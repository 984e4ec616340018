import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { cannotFail, FailingSession, setScene, wrongsIn } from './failing-calls.ts';
import { errors, type Fault, type Outcome } from './outcome.ts';

/*
 * `npm run faults`: every call by which train -> backtest -> report changes a file fails once with every error, and every
 * call by which it reads one. With a number, only every so many-th call.
 */
const every = Math.max(1, Number(process.argv[2] ?? 1));
const reason = cannotFail();
if (reason !== null) throw new Error(reason);

/** Each waits now and then. */
const sessions = availableParallelism() + 1;
/** Where a commit to the disk costs nothing. */
const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const folder = mkdtempSync(join(tmpdir(), 'stratlab-'));
const homes = mkdtempSync(join(memory, 'stratlab-'));
process.on('exit', () => {
  for (const made of [folder, homes]) rmSync(made, { recursive: true, force: true });
});
const scene = await setScene(folder);
/** The errors for which a work has ended, or died, before the call that was to fail. */
const ended = new Set<Fault['error']>();
const counts = { changes: 0, reads: 0, tried: 0, failed: 0, told: 0, unnoticed: 0, wrong: 0 };

const newSession = () => new FailingSession(scene, mkdtempSync(join(homes, 'session-')));

async function countCalls(): Promise<void> {
  const session = newSession();
  counts.changes = (await session.fail({ n: 0, error: 'EIO' })).calls;
  counts.reads = (await session.fail({ n: 0, error: 'reading' })).calls;
  session.stop();
}

/** As many as were counted, and on until a work ends before: how often it tells of its progress depends on its time. */
function* faultsOf(error: Fault['error']): Generator<Fault> {
  const calls = error === 'reading' ? counts.reads : counts.changes;
  for (let n = 1; n <= calls || !ended.has(error); n += every) yield { n, error };
}

function* allFaults(): Generator<Fault> {
  for (const error of errors) yield* faultsOf(error);
}

/** Takes the next fault until there is none. A session in which something went wrong is not used for another. */
async function walk(faults: Iterable<Fault>): Promise<void> {
  let session = newSession();
  for (const fault of faults) {
    const wrongs = await tryWith(session, fault);
    tell(wrongs);
    if (wrongs.length === 0) continue;
    session.stop();
    session = newSession();
  }
  session.stop();
}

/** What goes wrong. */
async function tryWith(session: FailingSession, fault: Fault): Promise<string[]> {
  const place = `${fault.error} in call ${fault.n}`;
  try {
    const outcome = await session.fail(fault);
    count(outcome);
    return wrongsIn(outcome).map((wrong) => `${place}, ${outcome.failed}: ${wrong}`);
  } catch (error) {
    ended.add(fault.error);
    return [`${place}: ${error}`];
  }
}

function count({ error: given, failed, steps }: Outcome): void {
  if (failed === null) ended.add(given);
  else counts.failed++;
  if (steps.some(({ error }) => error !== null)) counts.told++;
  else counts.unnoticed++;
}

function tell(wrongs: readonly string[]): void {
  counts.tried++;
  if (wrongs.length > 0) counts.wrong++;
  for (const wrong of wrongs) process.stdout.write(`${wrong}\n`);
  const counted = Math.ceil((3 * counts.changes + counts.reads) / every);
  const progress = `${counts.tried} of about ${counted} faults, ${counts.wrong} wrong`;
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${progress}`);
  else if (counts.tried % 25 === 0) process.stderr.write(`${progress}\n`);
}

await countCalls();
const faults = allFaults();
await Promise.all(Array.from({ length: sessions }, () => walk(faults)));
if (process.stderr.isTTY) process.stderr.write('\n');
process.stdout.write(`${JSON.stringify(counts)}\n`);
if (counts.wrong > 0) process.exitCode = 1;
