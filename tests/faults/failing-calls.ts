import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createStrategy } from '@stratlab/lab/create-strategy.ts';
import { startExperiment } from '@stratlab/lab/start-experiment.ts';
import { bundle } from '../../package/bundle.ts';
import { dependencies, optionalPeers } from '../../package/dependencies.ts';
import { flatName } from '../../package/siblings.ts';
import { networkDocument } from '../documents.ts';
import { storeMarket } from '../lab-home.ts';
import { root } from '../packaged.ts';
import { type Fault, type Outcome, outcomeSchema } from './outcome.ts';
import { inLab } from './worked-home.ts';

const source = join(import.meta.dirname, 'failing-calls.c');
const script = 'tests/faults/failing-session.ts';
const patienceMs = 120_000;

/** Why no call can be made to fail here, or null. */
export function cannotFail(): string | null {
  if (process.platform !== 'linux') return 'calls are made to fail on Linux only';
  return spawnSync('cc', ['--version']).status === 0 ? null : 'there is no C compiler: install cc (Debian: gcc)';
}

/** What sessions share. */
export interface Scene {
  /** To be preloaded. */
  library: string;
  /** What a session runs, bundled with its lab as in the package: from sources a job's process takes twice as long to start. */
  script: string;
  /** The home that every work begins with. */
  template: string;
}

/** Builds what sessions share in a folder. */
export async function setScene(folder: string): Promise<Scene> {
  const [library, bundled, template] = ['failing.so', 'bundled', 'template'].map((name) => join(folder, name));
  const built = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl'], { encoding: 'utf8' });
  if (built.status !== 0) throw new Error(built.stderr);
  await bundle(root, bundled, [...dependencies, ...Object.keys(optionalPeers)], script);
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  await inLab(template, (lab) => {
    storeMarket(lab, 'AAA', 'fuzzy_rsi', { bars: 300 }, { kind: 'none' });
    const { experiment_id } = startExperiment(lab, { name: 'faults', hypothesis: 'a failing call does no harm' });
    createStrategy(lab, { name: 'net', config: networkDocument(['AAA']), experiment_id });
  });
  return { library, script: join(bundled, flatName(script)), template };
}

/** A process in which calls can be made to fail, one at a time. */
export class FailingSession {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  /** Works in an empty folder. */
  constructor({ library, script, template }: Scene, folder: string) {
    const [state, below] = ['state', 'homes'].map((name) => join(folder, name));
    mkdirSync(below, { recursive: true });
    writeFileSync(state, Buffer.alloc(512));
    const child = spawn(process.execPath, [script], {
      env: { ...process.env, LD_PRELOAD: library, FAULT_STATE: state, FAULT_FOLDER: below, FAULT_TEMPLATE: template },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.stdin.on('error', () => {});
    this.#process = child;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  /** Fails one call of the work. Throws where the process has died of it or does not end it. */
  async fail(fault: Fault): Promise<Outcome> {
    this.#process.stdin?.write(`${JSON.stringify(fault)}\n`);
    const impatient = setTimeout(() => this.stop(), patienceMs);
    const { done, value } = await this.#lines.next();
    clearTimeout(impatient);
    if (done) throw new Error(this.#process.killed ? `It did not end within ${patienceMs} ms.` : 'The process died.');
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
