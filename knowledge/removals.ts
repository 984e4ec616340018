import { asc, desc, eq, getTableColumns } from 'drizzle-orm';
import type { Database } from './database.ts';
import { removals } from './tables/safety.ts';

export type Removal = Omit<typeof removals.$inferSelect, 'sequence'>;

export function addRemoval({ orm }: Database, removal: Removal): void {
  orm.insert(removals).values(removal).run();
}

/** The newest removal of a thing. */
export function findRemoval({ orm }: Pick<Database, 'orm'>, subject: string): Removal | undefined {
  return orm
    .select()
    .from(removals)
    .where(eq(removals.subject, subject))
    .orderBy(desc(removals.sequence))
    .limit(1)
    .get();
}

/** Oldest first. */
export function listRemovals({ orm }: Pick<Database, 'orm'>): Removal[] {
  const { sequence, ...columns } = getTableColumns(removals);
  return orm.select(columns).from(removals).orderBy(asc(sequence)).all();
}
