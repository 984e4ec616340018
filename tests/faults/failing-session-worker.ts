import { answerCall, remoteBooks } from '@stratlab/jobs/remote-books.ts';
import { Unreachable } from '@stratlab/jobs/unreachable.ts';
import { startWork } from '@stratlab/jobs/work.ts';
import type { Lab } from '@stratlab/lab/lab.ts';

/** Does the jobs of one lab after another in a process that stays, as a worker elsewhere does when its lab is started anew. */
export class LastingWorker {
  #lab: Lab | null = null;

  constructor(home: string, leaseMs: number) {
    startWork({
      books: remoteBooks(async (call) => {
        if (this.#lab === null) throw new Unreachable('No lab is open.');
        return answerCall(this.#lab.queue.booksFor('lasting'), call);
      }, new AbortController().signal),
      entry: new URL('./../../lab/worker.ts', import.meta.url),
      environment: { STRATLAB_HOME: home },
      slots: { cpu: 1 },
      leaseMs,
      ready: null,
      log() {},
    });
  }

  /** Takes jobs from this lab from now on; null takes none. */
  workFor(lab: Lab | null): void {
    this.#lab = lab;
  }
}
