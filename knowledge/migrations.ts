import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '@stratlab/data/error.ts';
import type { Database as Sqlite } from 'better-sqlite3';
import { z } from 'zod';

/** One step of the schema: `0001_jobs.sql`. Once published it never changes. */
interface Migration {
  number: number;
  name: string;
  sql: string;
  sha256: string;
}

const appliedRows = z.array(z.object({ number: z.number(), name: z.string(), sha256: z.string() }));
const ledger = `CREATE TABLE IF NOT EXISTS migrations (
  number INTEGER PRIMARY KEY CHECK (number > 0),
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  applied_at INTEGER NOT NULL
) STRICT`;

/** Brings the schema to the newest step in `folder`. Several processes may do so at once: each step is one transaction. */
export function migrate(sqlite: Sqlite, folder: string): void {
  const migrations = readMigrations(folder);
  sqlite.exec(ledger);
  checkApplied(sqlite, migrations);
  for (const migration of migrations) sqlite.transaction(() => applyOnce(sqlite, migration)).immediate();
}

/** Throws `corrupt` or `unavailable` where the steps that a database has had are not those in `folder`. */
export function checkMigrations(sqlite: Sqlite, folder: string): void {
  checkApplied(sqlite, readMigrations(folder));
}

/** Number of the newest step that the database has. */
export function schemaVersion(sqlite: Sqlite): number {
  return z.number().parse(sqlite.prepare('SELECT max(number) FROM migrations').pluck().get());
}

function readMigrations(folder: string): Migration[] {
  const names = readdirSync(folder)
    .filter((name) => /^\d{4}_\w+\.sql$/.test(name))
    .sort();
  return names.map((name, k) => {
    const number = Number(name.slice(0, 4));
    if (number !== k + 1) throw new LabError('internal', `Migration ${name} should be number ${k + 1}.`);
    const sql = readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n');
    return { number, name, sql, sha256: createHash('sha256').update(sql).digest('hex') };
  });
}

/** Refuses a database that this version cannot have made. */
function checkApplied(sqlite: Sqlite, migrations: Migration[]): void {
  for (const applied of appliedRows.parse(sqlite.prepare('SELECT number, name, sha256 FROM migrations').all())) {
    const known = migrations[applied.number - 1];
    if (known === undefined) {
      throw new LabError(
        'unavailable',
        `The database is newer than this Stratlab: it holds migration ${applied.name}, the newest known is ${migrations.length}.`,
        { hint: 'Update Stratlab, or point STRATLAB_HOME at another folder.' },
      );
    }
    if (known.name !== applied.name || known.sha256 !== applied.sha256) {
      throw new LabError(
        'corrupt',
        `Migration ${applied.name} was applied with other contents than ${known.name} has.`,
        {
          hint: 'Applied migrations never change: use the version of Stratlab that made the database, or restore a backup.',
        },
      );
    }
  }
}

function applyOnce(sqlite: Sqlite, { number, name, sql, sha256 }: Migration): void {
  if (sqlite.prepare('SELECT 1 FROM migrations WHERE number = ?').get(number) !== undefined) return;
  sqlite.exec(sql);
  sqlite.prepare('INSERT INTO migrations VALUES (?, ?, ?, ?)').run(number, name, sha256, Date.now());
}
