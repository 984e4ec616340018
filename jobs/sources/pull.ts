import { setImmediate as nextTurn } from 'node:timers/promises';
import { jobErrorOf } from '../job-error.ts';
import type { JobSource, SourceContext } from '../source.ts';
import { Unreachable } from '../unreachable.ts';

/** Takes jobs straight from the books, as many as there are free slots. */
export function pullSource({ books, runner, slots, heldBack, log }: SourceContext): JobSource {
  let stopping = false;
  let pulling: Promise<void> | null = null;
  let again = false;

  function look(): void {
    again = true;
    if (stopping || pulling !== null) return;
    pulling = pull().finally(() => {
      pulling = null;
    });
  }

  async function pull(): Promise<void> {
    while (again && !stopping) {
      await nextTurn();
      again = false;
      for (const capability of Object.keys(slots)) await pullFor(capability);
    }
  }

  async function pullFor(capability: string): Promise<void> {
    const free = runner.free(capability);
    try {
      if (free < 1 || heldBack() !== null) return;
      for (const job of await books.claim(capability, free)) void runner.run(job).then(look);
    } catch (error) {
      const level = error instanceof Unreachable ? 'warn' : 'error';
      log(level, 'No jobs could be taken.', { error: jobErrorOf(error) });
    }
  }

  return {
    look,
    problem: () => null,
    async stop() {
      stopping = true;
      await pulling;
    },
  };
}
