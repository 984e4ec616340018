import { and, desc, eq, like, or } from 'drizzle-orm';
import type { Database } from './database.ts';
import { strategies } from './tables/research.ts';

export type StrategyVersion = typeof strategies.$inferSelect;

export function addVersion({ orm }: Database, version: typeof strategies.$inferInsert): void {
  orm.insert(strategies).values(version).run();
}

/** A version of a strategy, the newest unless one is named. */
export function findVersion({ orm }: Database, name: string, version?: number): StrategyVersion | undefined {
  const wanted =
    version === undefined ? eq(strategies.name, name) : and(eq(strategies.name, name), eq(strategies.version, version));
  return orm.select().from(strategies).where(wanted).orderBy(desc(strategies.version)).limit(1).get();
}

/** All versions, oldest first. */
export function versionsOf({ orm }: Database, name: string): StrategyVersion[] {
  return orm.select().from(strategies).where(eq(strategies.name, name)).orderBy(strategies.version).all();
}

/** Strategies whose first version was made from some version of this one, oldest first. */
export function childrenOf({ orm }: Database, name: string): StrategyVersion[] {
  return orm.select().from(strategies).where(eq(strategies.parentName, name)).orderBy(strategies.createdAt).all();
}

export function withFingerprint({ orm }: Database, fingerprint: string): StrategyVersion[] {
  return orm
    .select()
    .from(strategies)
    .where(eq(strategies.fingerprint, fingerprint))
    .orderBy(strategies.createdAt)
    .all();
}

/** Newest version of each strategy whose name or words hold `query`, newest first. */
export function listStrategies({ orm }: Database, query?: string): StrategyVersion[] {
  const pattern = `%${query ?? ''}%`;
  const words = or(
    like(strategies.name, pattern),
    like(strategies.description, pattern),
    like(strategies.hypothesis, pattern),
  );
  const found = orm
    .select()
    .from(strategies)
    .where(words)
    .orderBy(desc(strategies.createdAt), desc(strategies.version))
    .all();
  const newest = new Map<string, StrategyVersion>();
  for (const version of found) if (!newest.has(version.name)) newest.set(version.name, version);
  return [...newest.values()];
}

export function strategyNames({ orm }: Database): string[] {
  return orm
    .selectDistinct({ name: strategies.name })
    .from(strategies)
    .all()
    .map(({ name }) => name);
}
