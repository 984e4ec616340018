import type { JobStore } from '@stratlab/jobs/job-store.ts';
import type { Claims } from './claims.ts';
import type { Side } from './namespaces.ts';
import type { NetworkLab } from './network-lab.ts';
import type { Figures } from './plan.ts';

/** How the worker on the right was cut off. Instants are epoch milliseconds. */
export interface Cut {
  cutAt: number;
  /** Its job was taken from it, and all that it had said before the cut has arrived. */
  outAt: number;
  mendedAt: number;
}

/** What a batch went through. */
export interface Course extends Cut {
  trainings: number;
  startedAt: number;
  endedAt: number;
  workers: Record<Side, string>;
  claims: Claims;
}

/** What came of it, and what should not have. */
export function outcomeOf(lab: NetworkLab, store: JobStore, course: Course): Figures {
  const { trainings, startedAt, mendedAt, endedAt, workers, claims } = course;
  const { left, right } = workers;
  const figures = {
    trainings,
    completed: {
      left: shareOf(left, store, course),
      right: shareOf(right, store, course),
      unseen: shareOf(undefined, store, course),
    },
    takenAgain: store.list({ limit: trainings }).filter(({ attempt }) => attempt > 1).length,
    late: [...lab.logged('left'), ...lab.logged('right')].filter(({ msg }) => msg === 'A job ended after it was lost.')
      .length,
    backAfterMs: claims.of(right, mendedAt)[0].at - mendedAt,
    wallMs: endedAt - startedAt,
  };
  return { ...figures, faults: [...errorsLogged(lab), ...faultsIn(figures, course)] };
}

function shareOf(owner: string | undefined, store: JobStore, { trainings, claims, cutAt, mendedAt }: Course) {
  const own = store
    .events(0, 20 * trainings)
    .filter(({ status, jobId, attempt }) => status === 'completed' && claims.ownerOf(jobId, attempt) === owner);
  const before = own.filter(({ at }) => at < cutAt).length;
  const after = own.filter(({ at }) => at >= mendedAt).length;
  return { before, during: own.length - before - after, after };
}

function errorsLogged(lab: NetworkLab): string[] {
  return (['lab', 'left', 'right'] as const).flatMap((name) =>
    lab
      .logged(name)
      .flatMap(({ level, msg, details = null }) =>
        level >= 50 ? `${name} logged: ${msg} ${JSON.stringify(details)}` : [],
      ),
  );
}

function faultsIn({ completed, takenAgain }: Omit<Figures, 'faults'>, course: Course): string[] {
  const { left, right } = completed;
  const { claims, workers, outAt, mendedAt } = course;
  const strayed = claims.of(workers.right, outAt, mendedAt).length;
  return [
    ...(strayed > 0 ? [`the worker that was cut off took ${strayed} jobs meanwhile`] : []),
    ...(right.before > 0 && right.after > 0 ? [] : ['the worker that was cut off had no part before or after it']),
    ...(left.during > 0 ? [] : ['the other worker did nothing meanwhile']),
    ...(takenAgain > 0 ? [] : ['no job was taken over']),
  ];
}
