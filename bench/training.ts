import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import type { TrainingEngine } from '@stratlab/models/engine.ts';
import { referenceEngine } from '@stratlab/models/engines/reference.ts';
import { createSimdEngine } from '@stratlab/models/engines/simd/engine.ts';
import type { NeuralSpec } from '@stratlab/models/spec.ts';
import { type Bench, type Measured, type Measurement, median } from './bench.ts';
import { lastLine, pythonWith } from './python.ts';
import { rowsFor, shapes } from './training-shapes.ts';

/** Each engine has its turn in every round, so that a slow moment of the machine meets them all. */
const rounds = 5;
const turnMs = 500;
const manyModels = 12;
const manyEpochs = 100;

/** By shape: training steps in a second. */
type Speeds = Record<string, number>;
/** One turn over all shapes; a string says why there is none. */
type Peer = (() => Promise<Speeds>) | string;

export const training: Bench = {
  name: 'training',
  describes: 'steps a second of every training engine on four networks, models a minute, beside tfjs and PyTorch',
  async run() {
    const peers = peersHere();
    const speeds = new Map<string, Record<string, number[]>>();
    const models: Record<string, number[]> = {};
    for (let round = 0; round < rounds; round++) {
      for (const [name, peer] of Object.entries(peers)) {
        if (typeof peer !== 'string') speeds.set(name, joined(speeds.get(name) ?? {}, await peer()));
      }
      for (const [name, workers] of [
        ['one_worker', 1],
        ['two_workers', 2],
      ] as const) {
        models[name] = [...(models[name] ?? []), await modelsPerMinute(workers)];
      }
    }
    return report(peers, speeds, models);
  },
};

function peersHere(): Record<string, Peer> {
  return {
    simd: () => stepsPerSecond(createSimdEngine({ workers: 1 }), 1),
    simd_two_workers: () => stepsPerSecond(createSimdEngine({ workers: 2 }), 2),
    simd_fma: fused(),
    reference: () => stepsPerSecond(referenceEngine, 1),
    tfjs: tensorflow(),
    pytorch: pytorch(),
  };
}

function fused(): Peer {
  const engine = createSimdEngine({ build: 'simd_fma', workers: 1 });
  const { available, reason } = engine.probe();
  return available ? () => stepsPerSecond(engine, 1) : reason;
}

function tensorflow(): Peer {
  try {
    import.meta.resolve('@tensorflow/tfjs');
    return program(process.execPath, 'training-tfjs.ts');
  } catch (error) {
    return lastLine(error);
  }
}

function pytorch(): Peer {
  const python = pythonWith('torch', 'torch');
  return 'missing' in python ? python.missing : program(python.command, 'reference/training.py');
}

/** A program that takes shapes and milliseconds a shape, and prints `Speeds` last; tried once for a shortest turn. */
function program(command: string, script: string): Peer {
  const turn = (ms: number): Speeds => {
    const given = [resolve(import.meta.dirname, script), JSON.stringify(shapes), String(ms)];
    const said = execFileSync(command, given, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    return JSON.parse(said.trim().split('\n').at(-1) ?? '');
  };
  try {
    turn(0);
    return async () => turn(turnMs);
  } catch (error) {
    return lastLine(error);
  }
}

/** Of `count` equal trainings at once, together. */
async function stepsPerSecond(engine: TrainingEngine, count: number): Promise<Speeds> {
  const speeds: Speeds = {};
  for (const [name, { spec, rows }] of Object.entries(shapes)) {
    const data = { train: rowsFor(spec, rows), validation: null };
    const run = (epochs: number) => timed(engine, { ...spec, epochs }, data, count);
    const perEpoch = await run(1).then(() => run(1));
    const epochs = Math.max(1, Math.round(turnMs / perEpoch));
    speeds[name] = (count * epochs * Math.ceil(rows / spec.batchSize) * 1000) / (await run(epochs));
  }
  return speeds;
}

async function timed(
  engine: TrainingEngine,
  spec: NeuralSpec,
  data: Parameters<TrainingEngine['train']>[1],
  count: number,
): Promise<number> {
  const jobs = Array.from({ length: count }, () => ({ spec, data, hooks: { onEpoch() {} } }));
  const begun = performance.now();
  await engine.trainMany(jobs);
  return performance.now() - begun;
}

async function modelsPerMinute(workers: number): Promise<number> {
  const { spec, rows } = shapes.mlp_small;
  const data = { train: rowsFor(spec, rows), validation: null };
  const took = await timed(createSimdEngine({ workers }), { ...spec, epochs: manyEpochs }, data, manyModels);
  return (manyModels * 60_000) / took;
}

function joined(before: Record<string, number[]>, turn: Speeds): Record<string, number[]> {
  return Object.fromEntries(Object.entries(turn).map(([name, speed]) => [name, [...(before[name] ?? []), speed]]));
}

function report(
  peers: Record<string, Peer>,
  speeds: ReadonlyMap<string, Record<string, number[]>>,
  models: Record<string, number[]>,
): Measured {
  const measurements: Measurement[] = [];
  const skipped: Record<string, string> = {};
  const stepsPerSecond: Record<string, Speeds | null> = {};
  for (const [name, peer] of Object.entries(peers)) {
    if (typeof peer === 'string') skipped[name] = peer;
    const found = speeds.get(name);
    stepsPerSecond[name] = found === undefined ? null : medians(found);
    for (const [shape, values] of Object.entries(found ?? {})) {
      measurements.push({ name: `${shape}_${name}`, unit: 'steps/s', values });
    }
  }
  for (const [name, values] of Object.entries(models)) {
    measurements.push({ name: `models_${name}`, unit: 'models/min', values });
  }
  return {
    measurements,
    ratios: ratiosOf(stepsPerSecond),
    figures: { steps_per_second: stepsPerSecond, models_per_minute: medians(models) },
    skipped,
  };
}

/** How many times the steps of each other engine `simd` and `simd_fma` make on one thread. */
function ratiosOf(speeds: Record<string, Speeds | null>): Record<string, number> {
  const { simd, simd_fma, simd_two_workers: _, ...others } = speeds;
  const ratios: Record<string, number> = {};
  for (const [own, ownSpeeds] of Object.entries({ simd, simd_fma })) {
    for (const [name, found] of Object.entries(others)) {
      if (ownSpeeds === null || found === null) continue;
      for (const shape of Object.keys(shapes)) ratios[`${shape}_${own}_vs_${name}`] = ownSpeeds[shape] / found[shape];
    }
  }
  return ratios;
}

function medians(values: Record<string, number[]>): Speeds {
  return Object.fromEntries(Object.entries(values).map(([name, found]) => [name, median(found)]));
}
