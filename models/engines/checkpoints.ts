import { createHash } from 'node:crypto';
import { LabError } from '@stratlab/data/error.ts';
import type { Checkpoint, Dataset, TrainingData, TrainingEngine, TrainingHooks } from '../engine.ts';
import type { ModelSpec } from '../spec.ts';

/** Name, among the numbers of a checkpoint, of the mark of what is being trained. */
const markName = 'mark';

/** The SHA-256 of spec and data as 32 bytes, so that no checkpoint goes on with another model or on other rows. */
export function trainingMark(spec: ModelSpec, { train, validation }: TrainingData): Float64Array {
  const hash = createHash('sha256').update(JSON.stringify(sorted(spec)));
  for (const dataset of [train, validation]) hashDataset(hash, dataset);
  return Float64Array.from(hash.digest());
}

/** A checkpoint of these numbers. */
export function createCheckpoint(
  engine: TrainingEngine['id'],
  mark: Float64Array,
  numbers: Checkpoint['numbers'],
  history: Checkpoint['history'],
): Checkpoint {
  return { engine, epoch: history.length, numbers: { ...numbers, [markName]: mark }, history };
}

/**
 * Hooks whose checkpoints are marked as of this training. Throws `invalid_input` where those given would go on from a
 * checkpoint of another engine, spec or data.
 */
export function markedHooks(
  engine: TrainingEngine['id'],
  spec: ModelSpec,
  data: TrainingData,
  hooks: TrainingHooks,
): TrainingHooks {
  let mark: Float64Array | undefined;
  const markOf = () => {
    mark ??= trainingMark(spec, data);
    return mark;
  };
  const { resumeFrom } = hooks;
  if (resumeFrom !== undefined) requireCheckpoint(resumeFrom, engine, markOf());
  const marked = ({ numbers, history }: Checkpoint) => createCheckpoint(engine, markOf(), numbers, history);
  return { onEpoch: (report, checkpoint) => hooks.onEpoch(report, () => marked(checkpoint())), resumeFrom };
}

/** Whether a checkpoint is of this engine, spec and data. */
export function isCheckpointOf(
  checkpoint: Checkpoint,
  engine: TrainingEngine['id'],
  spec: ModelSpec,
  data: TrainingData,
): boolean {
  const mark = checkpoint.numbers[markName];
  if (checkpoint.engine !== engine || mark === undefined) return false;
  const expected = trainingMark(spec, data);
  return mark.length === expected.length && expected.every((byte, i) => mark[i] === byte);
}

/** Throws `invalid_input` where the checkpoint is of another engine, spec or data. */
export function requireCheckpoint(checkpoint: Checkpoint, engine: TrainingEngine['id'], mark: Float64Array): void {
  const hint = 'Start the training anew, or resume it with the engine, strategy, seed and bars it began with.';
  if (checkpoint.engine !== engine) {
    const message = `The checkpoint was made by the ${checkpoint.engine} engine; ${engine} cannot go on from it.`;
    throw new LabError('invalid_input', message, { hint });
  }
  if (numbersOf(checkpoint, markName, mark.length).every((byte, i) => byte === mark[i])) return;
  throw new LabError(
    'invalid_input',
    `The checkpoint of epoch ${checkpoint.epoch} is of another model or other data.`,
    {
      hint,
    },
  );
}

/** The numbers of that name and length. Throws `corrupt` where there are none. */
export function numbersOf({ numbers, epoch }: Checkpoint, name: string, length: number): Float64Array {
  const found = Object.hasOwn(numbers, name) ? numbers[name] : undefined;
  if (found?.length === length) return found;
  throw new LabError('corrupt', `The checkpoint of epoch ${epoch} lacks ${length} numbers named ${name}.`, {
    hint: 'Start the training anew.',
  });
}

function hashDataset(hash: ReturnType<typeof createHash>, dataset: Dataset | null): void {
  hash.update(`${dataset?.rows ?? -1} ${dataset?.weights === null}`);
  for (const values of [dataset?.features, dataset?.targets, dataset?.weights]) {
    if (values) hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
}

/** The spec with its keys in order, at every depth: equal specs give equal text. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, sorted(item)] as const);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
