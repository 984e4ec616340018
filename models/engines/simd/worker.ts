import { parentPort, type Transferable } from 'node:worker_threads';
import { type Standing, trainInKernel } from './descent.ts';
import { type FromThread, failureOf, signal, type ToThread, type TrainMessage } from './messages.ts';

/** A thread of the pool: one training at a time, driven by the messages of the thread that made it. */
if (parentPort === null) throw new TypeError('worker.ts is the entry of a worker thread.');
const port = parentPort;
let goOn = () => {};
let sendStanding = () => {};

port.on('message', (message: ToThread) => {
  if (message.kind === 'goOn') goOn();
  else if (message.kind === 'standing') sendStanding();
  else void train(message);
});

async function train(message: TrainMessage): Promise<void> {
  const { build, spec, rows, resumeFrom, signals } = message;
  const stopIfAsked = () => {
    if (Atomics.load(signals, signal.stop) === 1) throw new Error('Another training failed.');
  };
  try {
    const trained = await trainInKernel(build, spec, rows, {
      resumeFrom,
      onPause: stopIfAsked,
      async onEpoch(report, standing) {
        sendStanding = () => give(message, standing());
        const answered = new Promise<void>((resolve) => {
          goOn = resolve;
        });
        send({ kind: 'epoch', report });
        await answered;
        stopIfAsked();
      },
    });
    const { buffer } = trained.weights;
    send({ kind: 'trained', trained }, buffer instanceof ArrayBuffer ? [buffer] : []);
  } catch (error) {
    send({ kind: 'failed', failure: failureOf(error) });
  }
}

/** The other thread sleeps until the flag is set. */
function give({ standings, signals }: TrainMessage, standing: Standing): void {
  standings.postMessage(standing);
  Atomics.store(signals, signal.standingReady, 1);
  Atomics.notify(signals, signal.standingReady);
}

function send(message: FromThread, moved: Transferable[] = []): void {
  port.postMessage(message, moved);
}
