import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type TestContext, test } from 'node:test';
import { sha256 } from '@stratlab/data/hash.ts';
import { seededRandom } from '@stratlab/data/random.ts';
import { openToRead } from '@stratlab/knowledge/database.ts';
import { addInsight } from '@stratlab/knowledge/insights.ts';
import { addTrial } from '@stratlab/knowledge/trials.ts';
import type { Lab } from '@stratlab/lab/lab.ts';
import { databaseFile } from '@stratlab/lab/lab-folders.ts';
import { verifyHome } from '@stratlab/lab/verify-home.ts';
import { writeCheckpoint } from '@stratlab/models/checkpoint-file.ts';
import { z } from 'zod';
import { cli } from '../end-to-end/client.ts';
import { doWork, inLab, temporaryFolder, type Work } from './worked-home.ts';

/** A home in which work was done and a training is under way, closed. */
async function workedHome(t: TestContext): Promise<{ home: string; work: Work }> {
  const home = temporaryFolder(t);
  const work = await inLab(home, async (lab) => {
    const done = await doWork(lab, 'AAA');
    const payload = { modelId: 'model_half' };
    lab.jobs.add({ id: 'task_half', kind: 'train', payload, key: null, maxAttempts: 3 });
    writeCheckpoint(join(lab.folders.models, 'checkpoints', 'model_half', '0.checkpoint'), {
      engine: 'reference',
      epoch: 3,
      history: [],
      numbers: { weights: Float64Array.of(0.25, -1) },
    });
    return done;
  });
  assert.deepEqual(verifyHome(home, 'full').findings, []);
  return { home, work };
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}

/** Calls `look` with one bit of a file turned, and turns it back. */
function withTurnedBit<T>(file: string, bit: number, look: () => T): T {
  const whole = readFileSync(file);
  const damaged = Buffer.from(whole);
  damaged[bit >> 3] ^= 1 << (bit & 7);
  writeFileSync(file, damaged);
  try {
    return look();
  } finally {
    writeFileSync(file, whole);
  }
}

const bitsOf = (file: string) => 8 * statSync(file).size;

test('any turned bit in bars, seals, models, results, strategies and checkpoints is found', async (t) => {
  const { home } = await workedHome(t);
  const random = seededRandom(5);
  const files = filesBelow(home).filter((path) => !/\.html$|lab\.db/.test(path));
  const kinds = files.map((path) => relative(home, path).replace(/[0-9a-f]{16,}/, '#'));
  assert.deepEqual(kinds.sort(), [
    'data/AAA/1d.#.arrow',
    'data/AAA/1d.json',
    'data/seals/AAA.json',
    'models/#/model.json',
    'models/#/weights.safetensors',
    'models/checkpoints/model_half/0.checkpoint',
    'results/#.json',
    'strategies/net_aaa.v1.yaml',
  ]);
  for (const file of files) {
    for (let k = 0; k < 6; k++) {
      const bit = Math.floor(random() * bitsOf(file));
      assert.equal(
        withTurnedBit(file, bit, () => verifyHome(home, 'full').ok),
        false,
        `bit ${bit} of ${file}`,
      );
    }
  }
  assert.ok(verifyHome(home, 'full').ok);
});

/** What the tables hold, one hash each; of a table that cannot be read, null. */
function contents(file: string): Record<string, string | null> {
  const { sqlite, close } = openToRead(file);
  try {
    const names = z
      .array(z.string())
      .parse(
        sqlite
          .prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow')")
          .pluck()
          .all(),
      );
    return Object.fromEntries(
      names.map((name) => [name, rowsOf(() => sqlite.prepare(`SELECT * FROM ${name}`).raw().all())]),
    );
  } catch {
    return {};
  } finally {
    close();
  }
}

function rowsOf(read: () => unknown): string | null {
  try {
    return sha256(JSON.stringify(read()));
  } catch {
    return null;
  }
}

/** STRATLAB_TURNED_BITS: more, for the figure that is reported. */
const turns = Number(process.env.STRATLAB_TURNED_BITS ?? 120);

/** Rows enough that most pages are full, as in a database that has been used. */
function fillTables(lab: Lab): void {
  const { database } = lab;
  const random = seededRandom(7);
  const columns = () => Float64Array.from({ length: 250 }, () => random());
  database.transaction(() => {
    for (let k = 0; k < 60; k++) {
      const look = { family: 'AAA', decision: `${k}`, fingerprint: `${k}`, subjectId: `backtest_${k}`, symbol: 'AAA' };
      const span = { timeframe: '1d', dataHash: 'a', startAt: 0, endAt: k, experimentId: null, at: k, shown: true };
      addTrial(database, { ...look, ...span, kind: 'backtest', sessions: columns(), returns: columns() });
      const insight = { category: 'failure' as const, tags: ['reversal'], importance: 3, evidence: [], createdAt: k };
      addInsight(database, {
        ...insight,
        id: `insight_${k}`,
        content: `Number ${k} did not hold: ${random()} of ${random()}`,
      });
      const call = { durationMs: random(), outcome: 'ok' as const, errorCode: null, principal: 'test' };
      lab.recordCall({ ...call, tool: 'search_insights', arguments: { query: `reversal ${k}` } });
    }
  });
}

test('a turned bit in the database is found wherever it changes a row that matters', async (t) => {
  const { home } = await workedHome(t);
  await inLab(home, fillTables);
  const file = databaseFile(home);
  const random = seededRandom(2026);
  const before = contents(file);
  const counts = { found: 0, integrityCheckOnly: 0, withoutEffect: 0, unseen: 0 };
  const unseen = new Set<string>();
  for (let k = 0; k < turns; k++) {
    const bit = Math.floor(random() * bitsOf(file));
    withTurnedBit(file, bit, () => {
      const { ok } = verifyHome(home, 'full');
      const after = contents(file);
      const changed = Object.keys(before).filter((name) => before[name] !== after[name]);
      if (integrityFindsIt(file)) counts.integrityCheckOnly++;
      if (!ok) counts.found++;
      else if (changed.length === 0) counts.withoutEffect++;
      else counts.unseen++;
      if (ok) for (const name of changed) unseen.add(name);
    });
  }
  t.diagnostic(`${turns} turned bits: ${JSON.stringify(counts)}; unseen in ${[...unseen].join(', ') || 'no table'}`);
  assert.deepEqual(
    [...unseen].filter((name) => !passing.includes(name)),
    [],
  );
  assert.ok(counts.found > counts.integrityCheckOnly);
});

/** Tables of the moment, and what search is made of, which can be made again. */
const passing = ['job_events', 'job_waits', 'workers', 'queue_pause', 'sqlite_sequence', 'insight_words_data'];

function integrityFindsIt(file: string): boolean {
  try {
    const { sqlite, close } = openToRead(file);
    try {
      return sqlite.pragma('integrity_check', { simple: true }) !== 'ok';
    } finally {
      close();
    }
  } catch {
    return true;
  }
}

test('what the rows name and is gone, and what no row names, is told apart', async (t) => {
  const { home, work } = await workedHome(t);
  const [result] = readdirSync(join(home, 'results'));
  rmSync(join(home, 'results', result));
  rmSync(join(home, 'strategies', 'net_aaa.v1.yaml'));
  rmSync(join(home, 'data', 'AAA'), { recursive: true });
  const orphan = join(home, 'models', 'f'.repeat(64));
  mkdirSync(orphan);
  for (const depth of ['quick', 'full'] as const) {
    const { ok, findings } = verifyHome(home, depth, Date.now() + 2 * 3_600_000);
    assert.equal(ok, false);
    assert.deepEqual(findings.map(({ state, path }) => [state, path]).sort(), [
      ['leftover', relative(home, orphan)],
      ['missing', 'data/AAA/1d.json'],
      ['missing', join('results', result)],
      ['missing', 'strategies/net_aaa.v1.yaml'],
    ]);
  }
  assert.match(work.backtestId, /^backtest_/);
});

test('rows that no lab has written, and rows that are gone, are named', async (t) => {
  const { home } = await workedHome(t);
  await inLab(home, ({ database: { sqlite } }) => {
    sqlite.exec('DROP TRIGGER hash_trials_UPDATE; UPDATE trials SET family = family || 0');
    sqlite.exec(
      'DROP TRIGGER hash_calls_INSERT; INSERT INTO calls SELECT 77, tool, arguments, duration_ms, outcome, error_code, at, principal FROM calls',
    );
    sqlite.exec('DELETE FROM insight_words; DELETE FROM insights');
  });
  const messages = verifyHome(home, 'full').findings.map(({ message }) => message);
  assert.deepEqual(messages, [
    'The database is damaged: row 77 of calls is not one that the lab wrote.',
    'The database is damaged: row 1 of trials is not what was written.',
    'The database is damaged: row 2 of trials is not what was written.',
    'The database is damaged: row 1 of insights is missing.',
  ]);
});

test('stratlab verify ends with 1 on damage and prints what it found', async (t) => {
  const { home } = await workedHome(t);
  const verify = (...flags: string[]) =>
    spawnSync(process.execPath, [cli, 'verify', ...flags], {
      env: { ...process.env, STRATLAB_HOME: home },
      encoding: 'utf8',
    });
  const whole = verify();
  assert.equal(whole.status, 0, whole.stderr);
  assert.match(
    whole.stdout,
    /1 series, 1 strategies, 1 models and 1 results are named\.\nEverything is what was written\./,
  );
  const weights = join(home, 'models', readdirSync(join(home, 'models')).filter((name) => name.length === 64)[0]);
  withTurnedBit(join(weights, 'weights.safetensors'), 999, () => {
    const damaged = verify('--json');
    assert.equal(damaged.status, 1);
    const report = z.object({ ok: z.literal(false), findings: z.array(z.object({ state: z.string() })) });
    assert.deepEqual(report.parse(JSON.parse(damaged.stdout)).findings, [{ state: 'damaged' }]);
    assert.equal(verify('--quick').status, 0);
  });
  assert.equal(
    spawnSync(process.execPath, [cli, 'verify'], { env: { ...process.env, STRATLAB_HOME: join(home, 'none') } }).status,
    1,
  );
});
