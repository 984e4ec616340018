import { and, eq, inArray, or, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { sessionCloses } from './tables/closes.ts';
import { series } from './tables/research.ts';
import { bytesOf, float64 } from './trials.ts';

export { closeFrames } from './tables/closes.ts';

/** By session, or by week. */
export type CloseFrame = (typeof sessionCloses.$inferSelect)['frame'];

/** Ascending sessions, epoch milliseconds, and the close of each. */
export interface SessionCloses {
  sessions: Float64Array;
  closes: Float64Array;
}

const nothing = Buffer.alloc(0);

/** Reads what is kept of one symbol after another; undefined where it must be made first. */
export function closesReader({ orm }: Database): (symbol: string, frame: CloseFrame) => SessionCloses | undefined {
  const { symbol, frame, sessions, closes } = sessionCloses;
  const wanted = and(eq(symbol, sql.placeholder('symbol')), eq(frame, sql.placeholder('frame')));
  const statement = orm.select({ sessions, closes }).from(sessionCloses).where(wanted).prepare();
  return (ofSymbol, atFrame) => {
    const row = statement.get({ symbol: ofSymbol, frame: atFrame });
    if (row === undefined || row.sessions.length === 0) return undefined;
    return { sessions: float64(row.sessions), closes: float64(row.closes) };
  };
}

export function keepCloses({ orm }: Database, symbol: string, frame: CloseFrame, made: SessionCloses): void {
  const columns = { sessions: bytesOf(made.sessions), closes: bytesOf(made.closes) };
  orm
    .insert(sessionCloses)
    .values({ symbol, frame, ...columns })
    .onConflictDoUpdate({ target: [sessionCloses.symbol, sessionCloses.frame], set: columns })
    .run();
}

/**
 * Empties the columns of a symbol, and of all symbols of `underlying` where one is given. The rows stay, for a row that
 * is gone is damage.
 */
export function forgetCloses({ orm }: Database, symbol: string, underlying: string | null): void {
  const symbolsOf = (shared: string) =>
    orm.select({ symbol: series.symbol }).from(series).where(eq(series.underlying, shared));
  const relatives = underlying === null ? undefined : inArray(sessionCloses.symbol, symbolsOf(underlying));
  orm
    .update(sessionCloses)
    .set({ sessions: nothing, closes: nothing })
    .where(or(eq(sessionCloses.symbol, symbol), relatives))
    .run();
}
