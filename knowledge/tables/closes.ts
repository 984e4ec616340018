import { blob, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const closeFrames = ['1d', '1w'] as const;

export const sessionCloses = sqliteTable(
  'session_closes',
  {
    symbol: text().notNull(),
    frame: text({ enum: closeFrames }).notNull(),
    sessions: blob({ mode: 'buffer' }).notNull(),
    closes: blob({ mode: 'buffer' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.symbol, table.frame] })],
);
