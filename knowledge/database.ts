import { accessSync, constants, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { syncFolder } from '@stratlab/data/atomic-file.ts';
import { LabError } from '@stratlab/data/error.ts';
import SqliteDatabase, { type Database as Sqlite } from 'better-sqlite3';
import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from './migrations.ts';
import { keepRowHashes } from './row-hashes.ts';
import { labErrorOf } from './sqlite-error.ts';

const busyTimeoutMs = 10_000;
const neededNodeApi = 10;
/** The steps of this version's schema. */
export const ownMigrations = fileURLToPath(new URL('./migrations', import.meta.url));

export interface Database {
  orm: BetterSQLite3Database;
  /** For what drizzle has no words for: full-text search, pragmas. */
  sqlite: Sqlite;
  /**
   * Everything that `body` writes becomes durable together, or nothing does. Takes the write lock at once, so that what
   * `body` reads stays true until it has written; `body` is synchronous. Inside another transaction it is a part of it.
   */
  transaction<T>(body: () => T): T;
  /** A consistent copy while others go on writing. `file` must not exist; it appears only when the copy is whole. */
  backup(file: string): Promise<void>;
  close(): void;
}

/**
 * Opens the lab's database, making its folder and bringing its schema up to date. A commit survives power loss.
 * Throws LabError `unavailable` (Node too old, disk, a database of a newer version), `corrupt` or `busy`.
 */
export function openDatabase(file: string, migrationsFolder = ownMigrations): Database {
  refuseOldNode();
  try {
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
    const sqlite = openSqlite(file, migrationsFolder);
    return {
      orm: drizzle({ client: sqlite }),
      sqlite,
      transaction: (body) => transaction(sqlite, body),
      backup: (target) => backup(sqlite, target),
      close: () => sqlite.close(),
    };
  } catch (error) {
    throw labErrorOf(error, file);
  }
}

/** Opens a database to look at it, whatever its state. Throws as `openDatabase`; migrates and repairs nothing. */
export function openToRead(file: string): Pick<Database, 'orm' | 'sqlite' | 'close'> {
  refuseOldNode();
  try {
    const source = isWritable(dirname(file)) ? file : contentOf(file);
    const sqlite = new SqliteDatabase(source, { readonly: true, timeout: busyTimeoutMs });
    return { orm: drizzle({ client: sqlite }), sqlite, close: () => sqlite.close() };
  } catch (error) {
    throw labErrorOf(error, file);
  }
}

/** A database in WAL mode, read into memory as one without: for where not even the index of its journal can be made. */
function contentOf(file: string): Buffer {
  if ((statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0) {
    throw new LabError('unavailable', `${file} has a journal that cannot be merged: its folder is read-only.`, {
      hint: 'Mount it writable, or copy the folder to where it can be written.',
    });
  }
  const bytes = readFileSync(file);
  bytes.fill(1, 18, 20);
  return bytes;
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The prebuilt driver crashes the process on Node 20, so this comes before it is loaded. */
function refuseOldNode(): void {
  if (Number(process.versions.napi) >= neededNodeApi) return;
  const message = `Node ${process.versions.node} is too old: the database needs Node-API ${neededNodeApi}, so Node 22.14 or newer.`;
  const hint = 'Start Stratlab through its npm scripts or npx, which bring their own Node, or install a newer one.';
  throw new LabError('unavailable', message, { hint });
}

function openSqlite(file: string, migrationsFolder: string): Sqlite {
  const sqlite = new SqliteDatabase(file, { timeout: busyTimeoutMs });
  try {
    sqlite.pragma('journal_mode = WAL');
    sqlite.pragma('synchronous = FULL');
    sqlite.pragma('foreign_keys = ON');
    migrate(sqlite, migrationsFolder);
    keepRowHashes(sqlite);
    return sqlite;
  } catch (error) {
    sqlite.close();
    throw error;
  }
}

function transaction<T>(sqlite: Sqlite, body: () => T): T {
  try {
    return sqlite.transaction(body).immediate();
  } catch (error) {
    throw labErrorOf(error, sqlite.name);
  }
}

/** A copy of a database in WAL mode would make files beside itself as soon as it is read. */
function makeOneFile(file: string): void {
  const copy = new SqliteDatabase(file);
  try {
    copy.pragma('journal_mode = DELETE');
  } finally {
    copy.close();
  }
}

async function backup(sqlite: Sqlite, file: string): Promise<void> {
  if (existsSync(file)) {
    throw new LabError('already_exists', `The backup ${file} exists already.`, {
      hint: 'Name a file that does not exist.',
    });
  }
  const unfinished = `${file}.part`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    rmSync(unfinished, { force: true });
    await sqlite.backup(unfinished);
    makeOneFile(unfinished);
    renameSync(unfinished, file);
    syncFolder(dirname(file));
  } catch (error) {
    throw labErrorOf(error, file);
  }
}
