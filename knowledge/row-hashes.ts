import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Database as Sqlite } from 'better-sqlite3';
import { z } from 'zod';
import { schemaVersion } from './migrations.ts';

/** Tables whose rows have their hashes in `row_hashes`, and which rows: a job changes all the time until it has ended. */
const hashedTables = {
  experiments: 'TRUE',
  events: 'TRUE',
  calls: 'TRUE',
  strategies: 'TRUE',
  series: 'TRUE',
  tasks: 'TRUE',
  models: 'TRUE',
  backtests: 'TRUE',
  trials: 'TRUE',
  insights: 'TRUE',
  tokens: 'TRUE',
  removals: 'TRUE',
  session_closes: 'TRUE',
  jobs: 'finished_at IS NOT NULL',
};

export interface DamagedRow {
  table: string;
  id: string;
  message: string;
}

/** Has every row that is written through this connection hashed in the same transaction. */
export function keepRowHashes(sqlite: Sqlite): void {
  addRowHash(sqlite);
  if (columnsOf(sqlite, 'row_hashes').length === 0) return;
  sqlite.pragma('temp_store = MEMORY');
  sqlite
    .transaction(() => {
      sqlite.exec(
        Object.entries(hashedTables)
          .map(([table, which]) => triggersOf(sqlite, table, which))
          .join(';'),
      );
      hashOldRows(sqlite);
      sqlite.prepare(`INSERT INTO row_hashes ${schemaHash} ON CONFLICT DO NOTHING`).run(String(schemaVersion(sqlite)));
    })
    .immediate();
}

function triggersOf(sqlite: Sqlite, table: string, which: string): string {
  const { key, content } = expressions(sqlite, table, 'new.');
  const when = which.replace('finished_at', 'new.finished_at');
  const upsert = `INSERT INTO row_hashes VALUES ('${table}', ${key}, ${content}) ${replacing}`;
  return ['INSERT', 'UPDATE']
    .map(
      (change) =>
        `CREATE TEMP TRIGGER hash_${table}_${change} AFTER ${change} ON main.${table} WHEN ${when} BEGIN ${upsert}; END`,
    )
    .join(';');
}

/** Rows that are not what was written, that were written by no lab, or that are gone. */
export function damagedRows(sqlite: Sqlite): DamagedRow[] {
  addRowHash(sqlite);
  if (columnsOf(sqlite, 'row_hashes').length === 0) return [];
  return [
    ...damagedSchema(sqlite),
    ...Object.entries(hashedTables).flatMap(([table, which]) => damagedRowsOf(sqlite, table, which)),
  ];
}

/** One hash over the whole schema, by the number of its newest migration. */
const schemaHash = `SELECT 'sqlite_schema', ?,
  row_hash('schema', group_concat(concat_ws(' ', type, name, tbl_name, sql), ';' ORDER BY type, name))
  FROM sqlite_schema WHERE name NOT GLOB 'sqlite_stat*'`;

function damagedSchema(sqlite: Sqlite): DamagedRow[] {
  const id = String(schemaVersion(sqlite));
  const kept = sqlite.prepare("SELECT hash FROM row_hashes WHERE name = 'sqlite_schema' AND id = ?").pluck().get(id);
  const [, , now] = z.tuple([z.string(), z.string(), z.unknown()]).parse(sqlite.prepare(schemaHash).raw().get(id));
  if (kept === undefined || isDeepStrictEqual(kept, now)) return [];
  return [{ table: 'sqlite_schema', id, message: 'is not what was written' }];
}

const damaged = z.array(z.object({ id: z.string(), message: z.string() }));

function damagedRowsOf(sqlite: Sqlite, table: string, which: string): DamagedRow[] {
  const { key, content } = expressions(sqlite, table, '');
  const rows = sqlite.prepare(
    `SELECT own.id, iif(hash IS NULL, 'is not one that the lab wrote', 'is not what was written') AS message
     FROM (SELECT ${key} AS id, ${content} AS content FROM ${table} WHERE ${which}) AS own
     LEFT JOIN row_hashes ON name = '${table}' AND row_hashes.id = own.id WHERE hash IS NOT content
     UNION ALL
     SELECT id, 'is missing' FROM row_hashes WHERE name = '${table}' AND id NOT IN (SELECT ${key} FROM ${table})`,
  );
  return damaged.parse(rows.all()).map((row) => ({ table, ...row }));
}

const replacing = 'ON CONFLICT (name, id) DO UPDATE SET hash = excluded.hash';

/** Rows older than the table of hashes. */
function hashOldRows(sqlite: Sqlite): void {
  if (sqlite.prepare('SELECT 1 FROM row_hashes LIMIT 1').get() !== undefined) return;
  for (const [table, which] of Object.entries(hashedTables)) {
    const { key, content } = expressions(sqlite, table, '');
    sqlite.exec(
      `INSERT INTO row_hashes SELECT '${table}', ${key}, ${content} FROM ${table} WHERE ${which} ${replacing}`,
    );
  }
}

const columnRows = z.array(z.object({ name: z.string(), pk: z.number() }));

function columnsOf(sqlite: Sqlite, table: string) {
  return columnRows.parse(sqlite.pragma(`table_info(${table})`));
}

/** SQL for the key and the hash of a row. */
function expressions(sqlite: Sqlite, table: string, prefix: string): { key: string; content: string } {
  const columns = columnsOf(sqlite, table).sort((a, b) => (a.name < b.name ? -1 : 1));
  const keys = columns.filter(({ pk }) => pk > 0).map(({ name }) => `${prefix}${name}`);
  const values = columns.map(({ name }) => `'${name}', ${prefix}${name}`);
  return { key: `concat_ws(' ', ${keys.join(', ')})`, content: `row_hash(${values.join(', ')})` };
}

function addRowHash(sqlite: Sqlite): void {
  sqlite.function('row_hash', { varargs: true, deterministic: true }, (...fields) =>
    hash('sha256', encode(fields), 'buffer'),
  );
}

/** Names and values in turn, each with its length. Without the nulls, so that a column added later changes no hash. */
function encode(fields: unknown[]): Buffer {
  const parts: Buffer[] = [];
  for (let k = 0; k < fields.length; k += 2) {
    const [name, value] = [fields[k], fields[k + 1]];
    if (value === null) continue;
    const bytes = bytesOf(value);
    parts.push(Buffer.from(`${name} ${typeof value} ${bytes.length} `), bytes);
  }
  return Buffer.concat(parts);
}

function bytesOf(value: unknown): Buffer {
  if (Buffer.isBuffer(value)) return value;
  if (typeof value !== 'number') return Buffer.from(String(value));
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}
