import { once } from 'node:events';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';

interface WorkerOptions {
  capabilities: readonly string[];
  concurrency?: number;
}

const known = ['cpu', 'gpu'];

export function addWorker(program: Command): void {
  program
    .command('worker')
    .description('take jobs of the lab in the home, or of the one that STRATLAB_LAB_URL names, and serve no client')
    .option('--capabilities <names>', 'which jobs: cpu, gpu, or both with a comma between', parseCapabilities, ['cpu'])
    .option('--concurrency <number>', 'CPU jobs at once; the number of cores where absent', parseConcurrency)
    .action(work);
}

async function work({ capabilities, concurrency }: WorkerOptions): Promise<void> {
  const [{ readConfiguration }, { openLog }] = await Promise.all([
    import('@stratlab/lab/configuration.ts'),
    import('@stratlab/lab/log.ts'),
  ]);
  const configuration = readConfiguration(process.env);
  const slots = {
    ...(capabilities.includes('cpu') && { cpu: concurrency ?? Math.max(1, configuration.workers) }),
    ...(capabilities.includes('gpu') && { gpu: Math.max(1, configuration.gpus) }),
  };
  const log = openLog(configuration);
  const ended = Promise.race(['SIGTERM', 'SIGINT'].map((signal) => once(process, signal)));
  const stop = await start();
  const idle = setInterval(() => {}, 60_000);
  log.info({ slots, lab: configuration.labUrl ?? configuration.home }, 'working');
  await ended;
  clearInterval(idle);
  log.info('stopping: what runs is finished; a second signal gives it back at once');
  await stop();

  async function start(): Promise<() => Promise<void>> {
    if (configuration.labUrl !== undefined) {
      const { workFor } = await import('@stratlab/lab/work-for.ts');
      const remote = await workFor(configuration, slots, log);
      return () =>
        drained(
          () => remote.stop({ drain: true }),
          () => remote.stop({ drain: false }),
        );
    }
    const { openLab } = await import('@stratlab/lab/lab.ts');
    const lab = openLab(configuration, { slots, log });
    return async () => {
      await drained(
        () => lab.queue.stop({ drain: true }),
        () => lab.queue.stop({ drain: false }),
      );
      await lab.close();
    };
  }
}

/** Lets the jobs end; a second signal gives them back at once. */
async function drained(gently: () => Promise<void>, firmly: () => Promise<void>): Promise<void> {
  const again = Promise.race(['SIGTERM', 'SIGINT'].map((signal) => once(process, signal)));
  const gentle = gently();
  await Promise.race([gentle, again.then(firmly)]);
  await gentle;
}

function parseCapabilities(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  throw new InvalidArgumentError(`"${unknown}" is not a capability. Known: ${known.join(', ')}.`);
}

function parseConcurrency(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= 256) return number;
  throw new InvalidArgumentError(`"${text}" is not a whole number from 1 to 256.`);
}
