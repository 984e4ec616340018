import { blob, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const rowHashes = sqliteTable(
  'row_hashes',
  { name: text().notNull(), id: text().notNull(), hash: blob({ mode: 'buffer' }).notNull() },
  (table) => [primaryKey({ columns: [table.name, table.id] })],
);

export const removalKinds = ['result', 'checkpoint', 'model', 'unfinished', 'jobs'] as const;

export const removals = sqliteTable('removals', {
  sequence: integer().primaryKey({ autoIncrement: true }),
  kind: text({ enum: removalKinds }).notNull(),
  /** Hash of a result, path of another file below the home; of jobs what was removed, in words. */
  subject: text().notNull(),
  bytes: integer().notNull(),
  reason: text().notNull(),
  at: integer().notNull(),
});
