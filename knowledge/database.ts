import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LabError } from '@stratlab/data/error.ts';
import SqliteDatabase, { type Database as Sqlite } from 'better-sqlite3';
import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from './migrations.ts';
import { labErrorOf } from './sqlite-error.ts';

const busyTimeoutMs = 10_000;
const oldestNode = 22;

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
export function openDatabase(file: string, migrationsFolder = join(import.meta.dirname, 'migrations')): Database {
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

/** The prebuilt driver crashes the process on Node 20, so this comes before it is loaded. */
function refuseOldNode(): void {
  if (Number.parseInt(process.versions.node, 10) >= oldestNode) return;
  throw new LabError(
    'unavailable',
    `Node ${process.versions.node} is too old; the database needs ${oldestNode} or newer.`,
    {
      hint: 'Start Stratlab through its npm scripts or npx, which bring their own Node, or install a newer one.',
    },
  );
}

function openSqlite(file: string, migrationsFolder: string): Sqlite {
  const sqlite = new SqliteDatabase(file, { timeout: busyTimeoutMs });
  try {
    sqlite.pragma('journal_mode = WAL');
    sqlite.pragma('synchronous = FULL');
    sqlite.pragma('foreign_keys = ON');
    migrate(sqlite, migrationsFolder);
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
    renameSync(unfinished, file);
  } catch (error) {
    throw labErrorOf(error, file);
  }
}
