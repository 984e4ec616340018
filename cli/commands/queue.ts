import type { Lab } from '@stratlab/lab/lab.ts';
import type { Command } from 'commander';

/** Pauses and looks at the queue of the lab in the home; a server that runs there obeys at once. */
export function addQueue(program: Command): void {
  const queue = program.command('queue').description('pause the queue of jobs, resume it, or say how it stands');
  queue
    .command('pause')
    .description('start no further job; what runs goes on')
    .argument('<reason>', 'shown to whoever waits')
    .action((reason: string) =>
      inLab(({ jobs }) => {
        jobs.pause(reason);
        return 'The queue is paused. stratlab queue resume lets it go on.';
      }),
    );
  queue
    .command('resume')
    .description('start jobs again')
    .action(() =>
      inLab(({ jobs }) => {
        jobs.pause(null);
        return 'The queue goes on.';
      }),
    );
  queue
    .command('status')
    .description('jobs by status, what waits for what, and the workers, as one JSON object')
    .action(() =>
      inLab(({ jobs }) =>
        JSON.stringify({
          jobs: jobs.counts(),
          backlog: jobs.backlog(),
          paused: jobs.paused(),
          workers: jobs.workers(),
        }),
      ),
    );
}

async function inLab(say: (lab: Lab) => string): Promise<void> {
  const { openConfiguredLab } = await import('../open-lab.ts');
  const lab = openConfiguredLab({ work: false, quiet: true });
  try {
    process.stdout.write(`${say(lab)}\n`);
  } finally {
    await lab.close();
  }
}
