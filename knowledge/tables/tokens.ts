import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const tokens = sqliteTable('tokens', {
  id: text().primaryKey(),
  name: text().notNull(),
  /** Of the whole token, as it is sent. */
  sha256: text().notNull(),
  scopes: text({ mode: 'json' }).$type<string[]>().notNull(),
  createdAt: integer('created_at').notNull(),
  expiresAt: integer('expires_at'),
  revokedAt: integer('revoked_at'),
});
