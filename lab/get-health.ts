import type { Lab } from './lab.ts';
import { pressureNow } from './pressure.ts';

export interface Check {
  ok: boolean;
  /** Why not. */
  reason?: string;
}

/** Whether the lab can do its work; `failing` where it cannot even answer, `degraded` where jobs wait for something. */
export interface Health {
  status: 'ok' | 'degraded' | 'failing';
  checks: Record<'database' | 'queue' | 'workers' | 'room', Check>;
}

/** Cheap enough for a probe every few seconds. Names no path, address or figure: anyone may ask. */
export function getHealth(lab: Lab): Health {
  const database = check(() => databaseFault(lab));
  const checks = {
    database,
    queue: database.ok ? check(() => queueFault(lab)) : database,
    workers: database.ok ? check(() => (lab.jobs.workers().length > 0 ? null : 'no worker is there')) : database,
    room: check(() => (pressureNow(lab.configuration) === null ? null : 'disk or memory is short')),
  };
  const isWell = Object.values(checks).every(({ ok }) => ok);
  return { status: database.ok ? (isWell ? 'ok' : 'degraded') : 'failing', checks };
}

function check(fault: () => string | null): Check {
  try {
    const reason = fault();
    return reason === null ? { ok: true } : { ok: false, reason };
  } catch {
    return { ok: false, reason: 'could not be asked' };
  }
}

/** Why in full is for those who may ask `get_lab_status`. */
function queueFault({ jobs, queue }: Lab): string | null {
  if (jobs.paused() !== null) return 'is paused';
  return queue.problem() === null ? null : 'jobs are held back';
}

/** The write lock must be there to be had, or jobs cannot end. */
function databaseFault({ database }: Lab): string | null {
  return database.transaction(() =>
    database.sqlite.pragma('user_version', { simple: true }) === undefined ? 'is silent' : null,
  );
}
