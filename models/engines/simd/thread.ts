import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { Checkpoint, EpochReport, TrainedNetwork } from '../../engine.ts';
import type { NeuralSpec } from '../../spec.ts';
import type { Standing } from './descent.ts';
import type { KernelBuild } from './kernel.ts';
import type { TrainingRows } from './laid-out.ts';
import { errorOf, type FromThread, signal, type ToThread } from './messages.ts';

/** A training for a thread. `onEpoch` is called in the thread that asked for it. */
export interface ThreadTraining {
  readonly build: KernelBuild;
  readonly spec: NeuralSpec;
  readonly rows: TrainingRows;
  readonly resumeFrom: Checkpoint | null;
  onEpoch(report: EpochReport, standing: () => Standing): void | Promise<void>;
}

const answerWithinMs = 30_000;

/** Starting a thread costs far more than a small training, so that threads wait here for their next one. */
const idle: Thread[] = [];

export function takeThread(): Thread {
  return idle.pop() ?? new Thread();
}

/** A worker thread, for one training at a time. While it waits it does not keep the process alive. */
export class Thread {
  /** The process's own flags may be such as only a main module takes. */
  readonly #worker = new Worker(new URL('./worker.ts', import.meta.url), { execArgv: [] });
  #signals = new Int32Array(new SharedArrayBuffer(8));
  #thrown: { error: unknown } | null = null;
  #alive = true;

  constructor() {
    this.#worker.unref();
    this.#worker.once('exit', () => {
      this.#alive = false;
    });
  }

  /** Back to those who wait. */
  release(): void {
    if (this.#alive) idle.push(this);
  }

  /** Ends the training at its next pause, with an error that nobody needs. */
  stop(): void {
    Atomics.store(this.#signals, signal.stop, 1);
  }

  async train(training: ThreadTraining): Promise<TrainedNetwork> {
    const { port1: standings, port2 } = new MessageChannel();
    const { build, spec, rows, resumeFrom } = training;
    const signals = new Int32Array(new SharedArrayBuffer(8));
    this.#signals = signals;
    this.#thrown = null;
    this.#worker.ref();
    try {
      const ended = this.#ended((report) => this.#report(training, report, standings));
      this.#send({ kind: 'train', build, spec, rows, resumeFrom, signals, standings: port2 }, [port2]);
      return await ended;
    } finally {
      this.#worker.unref();
      standings.close();
    }
  }

  /** Waits for the end of the training, whose epochs it passes on. */
  #ended(onEpoch: (report: EpochReport) => Promise<void>): Promise<TrainedNetwork> {
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      const settle = (outcome: () => void) => {
        worker.off('message', onMessage).off('error', onError).off('exit', onExit);
        outcome();
      };
      const onError = (error: unknown) => settle(() => reject(error));
      const onExit = (code: number) => settle(() => reject(new Error(`A training thread ended with code ${code}.`)));
      const onMessage = (message: FromThread) => {
        if (message.kind === 'epoch') void onEpoch(message.report);
        else if (message.kind === 'trained') settle(() => resolve(message.trained));
        else settle(() => reject(this.#thrown === null ? errorOf(message.failure) : this.#thrown.error));
      };
      worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    });
  }

  async #report(training: ThreadTraining, report: EpochReport, standings: MessagePort): Promise<void> {
    let waiting = true;
    try {
      await training.onEpoch(report, () => {
        if (!waiting) throw new RangeError('A checkpoint can only be made while onEpoch runs.');
        return this.#standing(standings);
      });
    } catch (error) {
      this.#thrown = { error };
      this.stop();
    }
    waiting = false;
    this.#send({ kind: 'goOn' });
  }

  /** Asks the thread, which waits, and sleeps until it has answered. */
  #standing(standings: MessagePort): Standing {
    Atomics.store(this.#signals, signal.standingReady, 0);
    this.#send({ kind: 'standing' });
    Atomics.wait(this.#signals, signal.standingReady, 0, answerWithinMs);
    const answer = receiveMessageOnPort(standings);
    if (answer === undefined) throw new Error('A training thread did not answer.');
    return answer.message;
  }

  #send(message: ToThread, transferred: MessagePort[] = []): void {
    this.#worker.postMessage(message, transferred);
  }
}
