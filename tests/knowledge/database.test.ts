import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { LabError } from '@stratlab/data/error.ts';
import { type Database, openDatabase } from '@stratlab/knowledge/database.ts';
import { schemaDifferences, tablesOf } from '@stratlab/knowledge/schema.ts';

const run = promisify(execFile);
const tablesFolder = fileURLToPath(import.meta.resolve('@stratlab/knowledge/tables'));
const ownMigrations = fileURLToPath(import.meta.resolve('@stratlab/knowledge/migrations'));

let folder: string;
let opened: Database[] = [];
let count = 0;

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'stratlab-database-'));
});

afterEach(() => {
  for (const database of opened) database.close();
  opened = [];
});

after(() => rmSync(folder, { recursive: true }));

const newFile = () => join(folder, String(count++), 'lab.db');

function open(file = newFile(), migrations?: string): Database {
  const database = openDatabase(file, migrations);
  opened.push(database);
  return database;
}

/** A folder of migrations with the given texts. */
function migrations(texts: Record<string, string>): string {
  const target = join(folder, `migrations-${count++}`);
  mkdirSync(target);
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(target, name), text);
  return target;
}

const labError = (code: string, message: RegExp) => (error: unknown) =>
  error instanceof LabError && error.code === code && message.test(error.message);
const tableNames = ({ sqlite }: Database) =>
  sqlite.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();

test('a new database is durable, checks foreign keys and waits for locks', () => {
  const { sqlite } = open();
  const pragma = (name: string) => sqlite.pragma(name, { simple: true });
  assert.deepEqual(
    [pragma('journal_mode'), pragma('synchronous'), pragma('foreign_keys'), pragma('busy_timeout')],
    ['wal', 2, 1, 10_000],
  );
});

test('every table of the code is the table of the database, column by column', async () => {
  const { sqlite } = open();
  for (const file of readdirSync(tablesFolder)) {
    const tables = tablesOf(await import(join(tablesFolder, file)));
    assert.ok(tables.length > 0, `${file} exports no table`);
    for (const table of tables) assert.deepEqual(schemaDifferences(sqlite, table), []);
  }
});

test('a column that only one side knows, or that differs, is reported', async () => {
  const { sqlite } = open();
  const { queuePause } = await import('@stratlab/knowledge/tables/jobs.ts');
  sqlite.exec('ALTER TABLE queue_pause DROP COLUMN at; ALTER TABLE queue_pause ADD COLUMN mood INTEGER');
  const [at, mood] = schemaDifferences(sqlite, queuePause);
  assert.match(at, /^queue_pause\.at .*"absent" in the database$/);
  assert.match(mood, /^queue_pause\.mood is "absent" in code/);
});

test('every table is strict', () => {
  const { sqlite } = open();
  const loose = sqlite
    .prepare("SELECT name FROM pragma_table_list WHERE type = 'table' AND NOT strict AND name NOT LIKE 'sqlite_%'")
    .all();
  assert.deepEqual(loose, []);
});

test('a database opened again keeps what it holds', () => {
  const file = newFile();
  const first = openDatabase(file);
  first.sqlite.exec('CREATE TABLE kept (x INTEGER) STRICT');
  first.close();
  assert.ok(tableNames(open(file)).includes('kept'));
});

test('several processes may open a new database at once', async () => {
  const program = `import { openDatabase } from '@stratlab/knowledge/database.ts'; openDatabase(process.argv[1]).close()`;
  const file = newFile();
  const start = () =>
    run(process.execPath, ['--input-type=module', '--eval', program, file], { cwd: import.meta.dirname });
  await Promise.all([start(), start(), start(), start()]);
  const { sqlite } = open(file);
  const applied = sqlite.prepare('SELECT count(*) FROM migrations').pluck().get();
  assert.equal(applied, readdirSync(ownMigrations).filter((name) => name.endsWith('.sql')).length);
});

test('new migrations are applied to an old database, once and in order', () => {
  const folder = migrations({ '0001_a.sql': 'CREATE TABLE a (x INTEGER) STRICT' });
  const file = newFile();
  openDatabase(file, folder).close();
  writeFileSync(join(folder, '0002_b.sql'), 'ALTER TABLE a ADD COLUMN y INTEGER; INSERT INTO a VALUES (1, 2)');
  openDatabase(file, folder).close();
  assert.deepEqual(open(file, folder).sqlite.prepare('SELECT * FROM a').all(), [{ x: 1, y: 2 }]);
});

test('a migration that was changed after it was applied is refused, line ends aside', () => {
  const folder = migrations({ '0001_a.sql': 'CREATE TABLE a (\nx INTEGER) STRICT' });
  const file = newFile();
  openDatabase(file, folder).close();
  writeFileSync(join(folder, '0001_a.sql'), 'CREATE TABLE a (\r\nx INTEGER) STRICT');
  openDatabase(file, folder).close();
  writeFileSync(join(folder, '0001_a.sql'), 'CREATE TABLE a (x TEXT) STRICT');
  assert.throws(() => open(file, folder), labError('corrupt', /0001_a\.sql was applied with other contents/));
});

test('a database that is newer than the code is refused and stays untouched', () => {
  const newer = migrations({});
  cpSync(ownMigrations, newer, { recursive: true });
  const last = readdirSync(newer).length;
  writeFileSync(
    join(newer, `${String(last + 1).padStart(4, '0')}_future.sql`),
    'CREATE TABLE future (x INTEGER) STRICT',
  );
  const file = newFile();
  openDatabase(file, newer).close();
  assert.throws(() => open(file), labError('unavailable', /newer than this Stratlab.*_future\.sql/));
});

test('a migration that fails leaves nothing of itself', () => {
  const broken = {
    '0001_a.sql': 'CREATE TABLE a (x INTEGER) STRICT',
    '0002_b.sql': 'CREATE TABLE b (x INTEGER); oops',
  };
  const folder = migrations(broken);
  const file = newFile();
  assert.throws(() => open(file, folder), /oops/);
  writeFileSync(join(folder, '0002_b.sql'), '-- nothing');
  assert.deepEqual(tableNames(open(file, folder)).toSorted(), ['a', 'migrations']);
});

test('migrations with a gap in their numbers are refused', () => {
  const gap = migrations({ '0001_a.sql': '', '0003_c.sql': '' });
  assert.throws(() => open(newFile(), gap), labError('internal', /0003_c\.sql should be number 2/));
});

test('a transaction that throws leaves nothing, also as a part of another', () => {
  const database = open(newFile(), migrations({ '0001_a.sql': 'CREATE TABLE a (x INTEGER) STRICT' }));
  const insert = (x: number) => database.sqlite.prepare('INSERT INTO a VALUES (?)').run(x);
  const failing = () =>
    database.transaction(() => {
      insert(2);
      throw new Error('no');
    });
  assert.throws(failing, /no/);
  const answer = database.transaction(() => {
    insert(1);
    assert.throws(failing, /no/);
    return 'kept';
  });
  assert.equal(answer, 'kept');
  assert.deepEqual(database.sqlite.prepare('SELECT x FROM a').pluck().all(), [1]);
});

test('a transaction cannot wait for anything', () => {
  assert.throws(() => open().transaction(async () => {}), /cannot return a promise/);
});

test('a backup taken while the database is in use opens as a database', async () => {
  const database = open();
  const file = join(folder, 'backups', 'copy.db');
  const copying = database.backup(file);
  database.sqlite.exec('CREATE TABLE later (x INTEGER) STRICT');
  await copying;
  const copy = open(file);
  assert.ok(tableNames(copy).includes('jobs'));
  assert.equal(copy.sqlite.pragma('integrity_check', { simple: true }), 'ok');
  assert.equal(existsSync(`${file}.part`), false);
});

test('a backup never overwrites', async () => {
  const file = join(folder, 'precious');
  writeFileSync(file, 'precious');
  await assert.rejects(open().backup(file), labError('already_exists', /precious exists already/));
});

test('a file that is no database is refused as corrupt', () => {
  const file = join(folder, 'poem.db');
  writeFileSync(file, 'Shall I compare thee to a summer’s day? '.repeat(100));
  assert.throws(() => open(file), labError('corrupt', /poem\.db/));
});

test('a place where no database can be made is named', () => {
  writeFileSync(join(folder, 'file'), '');
  assert.throws(() => open(join(folder, 'file', 'lab.db')), labError('unavailable', /file\/lab\.db/));
  assert.throws(() => open(folder), labError('unavailable', /cannot be read or written/));
});

test('a Node that the driver would crash on is refused before the driver is loaded', async () => {
  const program = `
    Object.defineProperty(process.versions, 'node', { value: '20.19.0' });
    Object.defineProperty(process.versions, 'napi', { value: '9' });
    const { openDatabase } = await import('@stratlab/knowledge/database.ts');
    try { openDatabase(':memory:') } catch (error) { process.stdout.write(error.code + ' ' + error.message) }`;
  const args = ['--input-type=module', '--eval', program];
  const { stdout } = await run(process.execPath, args, { cwd: import.meta.dirname });
  assert.equal(stdout, 'unavailable Node 20.19.0 is too old: the database needs Node-API 10, so Node 22.14 or newer.');
});
