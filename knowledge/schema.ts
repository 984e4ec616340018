import type { Database as Sqlite } from 'better-sqlite3';
import { is } from 'drizzle-orm';
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { z } from 'zod';

/** A column as code and database can both state it. */
interface Column {
  type: string;
  notNull: boolean;
  key: boolean;
  default: boolean;
}

const columnRows = z.array(
  z.object({
    name: z.string(),
    type: z.string(),
    notnull: z.number(),
    pk: z.number(),
    dflt_value: z.string().nullable(),
  }),
);

/** The drizzle tables that a module exports. */
export function tablesOf(module: object): SQLiteTable[] {
  return Object.values(module).filter((value) => is(value, SQLiteTable));
}

/** Where a drizzle table and the table of the database differ, one sentence each. */
export function schemaDifferences(sqlite: Sqlite, table: SQLiteTable): string[] {
  const { name } = getTableConfig(table);
  const inCode = codeColumns(table);
  const inDatabase = databaseColumns(sqlite, name);
  return [...new Set([...inCode.keys(), ...inDatabase.keys()])].flatMap((column) => {
    const code = JSON.stringify(inCode.get(column) ?? 'absent');
    const database = JSON.stringify(inDatabase.get(column) ?? 'absent');
    return code === database ? [] : [`${name}.${column} is ${code} in code and ${database} in the database`];
  });
}

function codeColumns(table: SQLiteTable): Map<string, Column> {
  const { columns, primaryKeys } = getTableConfig(table);
  const keys = new Set(primaryKeys.flatMap((key) => key.columns.map((column) => column.name)));
  return new Map(
    columns.map((column) => {
      const key = column.primary || keys.has(column.name);
      const type = column.getSQLType().toUpperCase();
      return [column.name, { type, notNull: key || column.notNull, key, default: column.default !== undefined }];
    }),
  );
}

function databaseColumns(sqlite: Sqlite, table: string): Map<string, Column> {
  const rows = columnRows.parse(sqlite.pragma(`table_xinfo(${JSON.stringify(table)})`));
  return new Map(
    rows.map(({ name, type, notnull, pk, dflt_value }) => {
      const key = pk > 0;
      return [name, { type, notNull: key || notnull === 1, key, default: dflt_value !== null }];
    }),
  );
}
