import { and, asc, eq, isNull } from 'drizzle-orm';
import type { Database } from './database.ts';
import { tokens } from './tables/tokens.ts';

export type Token = typeof tokens.$inferSelect;

export function addToken({ orm }: Database, token: typeof tokens.$inferInsert): void {
  orm.insert(tokens).values(token).run();
}

/** Also one that has expired or was revoked. */
export function findToken({ orm }: Database, id: string): Token | undefined {
  return orm.select().from(tokens).where(eq(tokens.id, id)).get();
}

/** The one of this name that is not revoked; of one name there is at most one. */
export function tokenNamed({ orm }: Database, name: string): Token | undefined {
  return orm
    .select()
    .from(tokens)
    .where(and(eq(tokens.name, name), isNull(tokens.revokedAt)))
    .get();
}

/** Oldest first, the revoked ones too. */
export function allTokens({ orm }: Database): Token[] {
  return orm.select().from(tokens).orderBy(asc(tokens.createdAt), asc(tokens.id)).all();
}

/** `allTokens` by a statement that is prepared once, for those who ask with every request. */
export function tokenReader({ orm }: Database): () => Token[] {
  const statement = orm.select().from(tokens).orderBy(asc(tokens.createdAt), asc(tokens.id)).prepare();
  return () => statement.all();
}

/** False where no token of this name was left to revoke. */
export function revokeToken({ orm }: Database, name: string, at: number): boolean {
  const wanted = and(eq(tokens.name, name), isNull(tokens.revokedAt));
  return orm.update(tokens).set({ revokedAt: at }).where(wanted).run().changes > 0;
}
