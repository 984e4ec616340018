import { LabError } from '@stratlab/data/error.ts';
import type { Database as Sqlite } from 'better-sqlite3';
import { z } from 'zod';
import { ownMigrations } from './database.ts';
import { checkMigrations } from './migrations.ts';
import { damagedRows } from './row-hashes.ts';

const mostShown = 100;
const brokenReferences = z.array(z.object({ table: z.string(), rowid: z.number().nullable(), parent: z.string() }));

/** What is wrong with a database, one sentence each: pages, indices, references, schema, and rows against their hashes. */
export function databaseDamage(sqlite: Sqlite): string[] {
  const checks = [pages, references, migrations, rows, insightWords];
  const damage = checks.flatMap((check) => orUnreadable(() => check(sqlite)));
  return [...new Set(damage)].map((what) => `The database is damaged: ${what}.`);
}

function pages(sqlite: Sqlite): string[] {
  const found = z
    .array(z.object({ integrity_check: z.string() }))
    .parse(sqlite.pragma(`integrity_check(${mostShown})`));
  return found.map((row) => row.integrity_check).filter((message) => message !== 'ok');
}

function references(sqlite: Sqlite): string[] {
  return brokenReferences
    .parse(sqlite.pragma('foreign_key_check'))
    .slice(0, mostShown)
    .map(({ table, rowid, parent }) => `row ${rowid ?? '?'} of ${table} names a row of ${parent} that is not there`);
}

function migrations(sqlite: Sqlite): string[] {
  try {
    checkMigrations(sqlite, ownMigrations);
    return [];
  } catch (error) {
    if (error instanceof LabError && error.code === 'corrupt') return [error.message];
    throw error;
  }
}

function rows(sqlite: Sqlite): string[] {
  return damagedRows(sqlite).map(({ table, id, message }) => `row ${id} of ${table} ${message}`);
}

/** The words that are searched are a copy of the insights. */
function insightWords(sqlite: Sqlite): string[] {
  const wrong = sqlite.prepare(
    `SELECT insights.id FROM insights LEFT JOIN insight_words AS words ON words.rowid = insights.sequence
     WHERE words.content IS NOT insights.content OR words.tags IS NOT insights.tags`,
  );
  return z
    .array(z.string())
    .parse(wrong.pluck().all())
    .map((id) => `the searched words of ${id} are not its own`);
}

/** Whatever keeps a damaged database from being read is its damage. Throws only `unavailable`. */
function orUnreadable(check: () => string[]): string[] {
  try {
    return check();
  } catch (error) {
    if (error instanceof LabError && error.code === 'unavailable') throw error;
    return [`it cannot be read: ${error instanceof Error ? error.message : String(error)}`];
  }
}
