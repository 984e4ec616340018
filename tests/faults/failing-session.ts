import { closeSync, cpSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { errorCodes, LabError } from '@stratlab/data/error.ts';
import { newestOpenExperiment } from '@stratlab/knowledge/experiments.ts';
import { readConfiguration } from '@stratlab/lab/configuration.ts';
import { type Lab, openLab } from '@stratlab/lab/lab.ts';
import { runBacktest } from '@stratlab/lab/run-backtest.ts';
import { saveInsight } from '@stratlab/lab/save-insight.ts';
import { isEnded, requireTask } from '@stratlab/lab/task-view.ts';
import { trainModel } from '@stratlab/lab/train-model.ts';
import { verifyHome } from '@stratlab/lab/verify-home.ts';
import { writeReport } from '@stratlab/lab/write-report.ts';
import { failureOf } from '@stratlab/mcp/failure.ts';
import { z } from 'zod';
import { LastingWorker } from './failing-session-worker.ts';
import { type Fault, faultSchema, type Outcome, type Step } from './outcome.ts';

/*
 * Runs under failing-calls.c. For every line of stdin, {n, error}: a copy of the home FAULT_TEMPLATE, in which train ->
 * backtest -> report runs while call number n fails with that error, then runs again. A line of stdout says how it went.
 * Starting the process of a job takes most of the time: the work that fails starts its own, the one after it does not.
 */

const environment = z.object({ FAULT_STATE: z.string(), FAULT_FOLDER: z.string(), FAULT_TEMPLATE: z.string() });
const { FAULT_STATE, FAULT_FOLDER, FAULT_TEMPLATE } = environment.parse(process.env);
const home = join(FAULT_FOLDER, 'home');

/** Lets call `n` fail from now on; 0 lets none. */
function arm(n: number, error: Fault['error']): void {
  const bytes = Buffer.alloc(512);
  bytes.writeBigInt64LE(BigInt(n), 8);
  bytes.writeInt32LE(constants.errno[error === 'reading' ? 'EIO' : error], 16);
  bytes.writeInt32LE(error === 'reading' ? 1 : 0, 24);
  const state = openSync(FAULT_STATE, 'r+');
  writeSync(state, bytes, 0, 512, 0);
  closeSync(state);
}

function readState(): { calls: number; failed: string | null } {
  const bytes = Buffer.alloc(512);
  const state = openSync(FAULT_STATE, 'r');
  readSync(state, bytes, 0, 512, 0);
  closeSync(state);
  const text = (from: number, to: number) => bytes.toString('utf8', from, bytes.indexOf(0, from)).slice(0, to - from);
  const failed = bytes.readInt32LE(20) === 1 ? `${text(28, 56)} ${text(56, 512)}` : null;
  return { calls: Number(bytes.readBigInt64LE(0)), failed };
}

async function step(name: string, body: () => unknown): Promise<Step> {
  try {
    await body();
    return { name, error: null };
  } catch (error) {
    const { code, message } = failureOf(error);
    return { name, error: { code, message } };
  }
}

async function ended(lab: Lab, id: string): Promise<void> {
  for (;;) {
    const task = requireTask(lab, id);
    if (isEnded(task)) {
      if (task.status === 'completed') return;
      const known = errorCodes.find((code) => code === task.error?.code);
      throw new LabError(known ?? 'internal', task.error?.message ?? `The task was ${task.status}.`);
    }
    await lab.queue.changed(id, 1000);
  }
}

const leaseMs = 1000;
const lasting = new LastingWorker(home, leaseMs);

/** The work, in a lab of this process whose jobs are done by workers of its own or by the lasting one. */
async function work(by: 'own' | 'lasting'): Promise<Step[]> {
  const steps: Step[] = [];
  let opened: Lab | undefined;
  steps.push(
    await step('open', () => {
      const settings = readConfiguration({}, { home, logLevel: 'silent', inlineBars: 0, leaseMs, freeDiskMb: 0 });
      opened = openLab(settings, { slots: by === 'own' ? { cpu: 1 } : {} });
    }),
  );
  const lab = opened;
  if (lab === undefined) return steps;
  lasting.workFor(by === 'lasting' ? lab : null);
  let experiment_id = '';
  try {
    steps.push(
      await step('experiment', () => {
        experiment_id = newestOpenExperiment(lab.database)?.id ?? '';
      }),
      await step('train', () =>
        ended(lab, trainModel(lab, { strategy_name: 'net', epochs: 3, experiment_id }).task_id),
      ),
      await step('backtest', async () => {
        const answer = await runBacktest(lab, { strategy_name: 'net', experiment_id });
        if (!('backtest_id' in answer)) await ended(lab, answer.task_id);
      }),
      await step('insight', () => saveInsight(lab, { category: 'failure', content: 'nothing here' })),
      await step('report', () => writeReport(lab, experiment_id)),
    );
  } finally {
    lasting.workFor(null);
    steps.push(await step('close', () => lab.close()));
  }
  return steps;
}

function damageNow(): string[] {
  return verifyHome(home, 'full')
    .findings.filter(({ state }) => state !== 'leftover')
    .map(({ state, path, message }) => `${state} ${path}: ${message}`);
}

async function tryWith({ n, error }: Fault): Promise<Outcome> {
  arm(0, error);
  rmSync(home, { recursive: true, force: true });
  cpSync(FAULT_TEMPLATE, home, { recursive: true });
  arm(n, error);
  const steps = await work('own');
  const { calls, failed } = readState();
  arm(0, error);
  const damage = damageNow();
  const again = await work('lasting');
  return { n, error, calls, failed, steps, again, damage: [...damage, ...damageNow()] };
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await tryWith(faultSchema.parse(JSON.parse(line))))}\n`);
}
process.exit();
