/** What one connection may hold and how long it may be silent. */
export interface ConnectionLimits {
  /** Bytes of the largest message taken, after inflation. */
  largestMessage: number;
  /** Bytes waiting for the peer to read, above which nothing more is read from it. */
  pauseAbove: number;
  /** Bytes waiting for the peer to read, above which the connection is closed. */
  closeAbove: number;
  /** How long a peer may leave all of that unread. */
  stalledMs: number;
  /** Between two pings; a peer that gives no sign of life from one to the next is gone. */
  pingMs: number;
  /** How long a token counts that was shown with the upgrade. */
  authenticatedMs: number;
}

/** What is kept of connections that broke. */
export interface SessionLimits {
  /** Bytes of messages that one client has not acknowledged yet. */
  keptBytes: number;
  /** How long a session waits for its client. */
  keptMs: number;
  /** Sessions that wait at once; beyond them the one that has waited longest is ended. */
  waitingSessions: number;
}

export type Limits = ConnectionLimits & SessionLimits;

export const defaultLimits: Omit<Limits, 'largestMessage'> = {
  pauseAbove: 1024 * 1024,
  closeAbove: 32 * 1024 * 1024,
  stalledMs: 60_000,
  pingMs: 15_000,
  authenticatedMs: 900_000,
  keptBytes: 8 * 1024 * 1024,
  keptMs: 120_000,
  waitingSessions: 256,
};
