import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createStrategy } from '@stratlab/lab/create-strategy.ts';
import { startExperiment } from '@stratlab/lab/start-experiment.ts';
import { networkDocument } from '../documents.ts';
import { storeMarket } from '../lab-home.ts';
import { type Fault, type Outcome, outcomeSchema } from './outcome.ts';
import { inLab } from './worked-home.ts';

const source = join(import.meta.dirname, 'failing-calls.c');

/** Why no call can be made to fail here, or null. */
export function cannotFail(): string | null {
  if (process.platform !== 'linux') return 'calls are made to fail on Linux only';
  return spawnSync('cc', ['--version']).status === 0 ? null : 'there is no C compiler: install cc (Debian: gcc)';
}

/** A process in which calls can be made to fail, one at a time. */
export class FailingSession {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess, lines: AsyncIterator<string>) {
    this.#process = child;
    this.#lines = lines;
  }

  /** Makes what it needs in an empty folder. */
  static async start(folder: string): Promise<FailingSession> {
    const [library, state, template, below] = ['failing.so', 'state', 'template', 'homes'].map((name) =>
      join(folder, name),
    );
    mkdirSync(below, { recursive: true });
    const built = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl'], { encoding: 'utf8' });
    if (built.status !== 0) throw new Error(built.stderr);
    writeFileSync(state, Buffer.alloc(512));
    await inLab(template, (lab) => {
      storeMarket(lab, 'AAA', 'fuzzy_rsi', { bars: 300 }, { kind: 'none' });
      const { experiment_id } = startExperiment(lab, { name: 'faults', hypothesis: 'a failing call does no harm' });
      createStrategy(lab, { name: 'net', config: networkDocument(['AAA']), experiment_id });
    });
    const child = spawn(process.execPath, [join(import.meta.dirname, 'failing-session.ts')], {
      env: { ...process.env, LD_PRELOAD: library, FAULT_STATE: state, FAULT_FOLDER: below, FAULT_TEMPLATE: template },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    return new FailingSession(child, createInterface({ input: child.stdout })[Symbol.asyncIterator]());
  }

  /** Fails one call of the work. Throws where the process has died of it. */
  async fail(fault: Fault): Promise<Outcome> {
    this.#process.stdin?.write(`${JSON.stringify(fault)}\n`);
    const { done, value } = await this.#lines.next();
    if (done) throw new Error(`The process died of ${JSON.stringify(fault)}.`);
    return outcomeSchema.parse(JSON.parse(value));
  }

  stop(): void {
    this.#process.kill('SIGKILL');
  }
}

/** What must not come of a failing call, one sentence each. */
export function wrongsIn({ steps, again, damage }: Outcome): string[] {
  const untyped = steps.filter(({ error }) => error !== null && !typed.includes(error.code));
  const failedAgain = again.filter(({ error }) => error !== null);
  return [
    ...untyped.map(({ name, error }) => `${name} ended with ${error?.code}: ${error?.message}`),
    ...failedAgain.map(({ name, error }) => `${name} failed again, with ${error?.code}: ${error?.message}`),
    ...damage,
  ];
}

/** `not_found`: the step before it has failed. `corrupt`: an artifact could not be read. */
const typed = ['unavailable', 'busy', 'not_found', 'corrupt'];
