import type { Lab } from '@stratlab/lab/lab.ts';
import { type Command, InvalidArgumentError } from 'commander';

/** Pauses, looks at and follows the queue of the lab in the home; a server that runs there obeys at once. */
export function addQueue(program: Command): void {
  const queue = program
    .command('queue')
    .description('pause the queue of jobs, resume it, say how it stands, or follow it');
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
          sequence: jobs.newestEvent(),
        }),
      ),
    );
  queue
    .command('follow')
    .description('every change of a job as one JSON object a line, as it comes, until interrupted')
    .option('--after <sequence>', 'begin after this change; with the next one where absent', parseSequence)
    .action(follow);
}

async function follow({ after }: { after?: number }): Promise<void> {
  const [{ followQueue }, { openConfiguredLab }] = await Promise.all([
    import('@stratlab/lab/follow-queue.ts'),
    import('../open-lab.ts'),
  ]);
  const lab = openConfiguredLab({ work: false, quiet: true });
  const over = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => over.abort());
  // Whoever read along has gone.
  process.stdout.once('error', () => over.abort());
  try {
    for await (const change of followQueue(lab, over.signal, after))
      process.stdout.write(`${JSON.stringify(change)}\n`);
  } finally {
    await lab.close();
  }
}

function parseSequence(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`"${text}" is not a sequence: a whole number from 0 on, as queue status prints it.`);
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
