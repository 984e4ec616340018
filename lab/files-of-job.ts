import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '@stratlab/data/hash.ts';
import type { HeldFile } from '@stratlab/data/store.ts';
import type { Job } from '@stratlab/jobs/job-store.ts';
import { modelFiles } from '@stratlab/models/artifact.ts';
import type { Lab } from './lab.ts';
import type { Folders } from './lab-folders.ts';
import { learnedSchema } from './learned.ts';
import { hashSchema, type NamedFile } from './named-file.ts';
import { backtestOrderSchema, trainOrderSchema } from './orders.ts';
import { ranSchema } from './ran.ts';
import { resultFile } from './result-file.ts';
import { requireStrategy } from './strategy-language.ts';
import { endedTestSchema } from './test-order.ts';
import { tradedSymbols } from './traded-symbols.ts';
import { universeFile } from './universe-file.ts';

/** Every file of the home that a job reads, from the payload that its process is sent; paths are below the home. */
export function filesForJob({ store, folders }: Pick<Lab, 'store' | 'folders'>, { kind, payload }: Job): HeldFile[] {
  if (kind === 'test')
    return endedTestSchema.parse(payload).ended.flatMap(({ answer }) => resultHeld(folders, answer.result_hash));
  if (kind === 'train') return marketFiles({ store, folders }, payload, trainOrderSchema.parse(payload).document);
  const { document, artifactHash } = backtestOrderSchema.parse(payload);
  const model = artifactHash === null ? [] : modelFiles(folders.models, artifactHash);
  return [
    ...marketFiles({ store, folders }, payload, document),
    ...model.map((file) => ({
      ...below('models', file),
      content: () => readFileSync(join(folders.models, file.path)),
    })),
  ];
}

/** The files that a job's outcome names, in the folders where it was made. */
export function filesOfOutcome(folders: Folders, { kind }: Job, outcome: unknown): NamedFile[] {
  if (kind === 'train')
    return modelFiles(folders.models, learnedSchema.parse(outcome).artifactHash).map((file) => below('models', file));
  return kind === 'backtest' ? [resultNamed(ranSchema.parse(outcome).resultHash)] : [];
}

/** All series of the symbols that the order names anywhere, formulas included, and of the universe's members. */
function marketFiles(
  { store, folders }: Pick<Lab, 'store' | 'folders'>,
  payload: unknown,
  document: Record<string, unknown>,
): HeldFile[] {
  const { strategy } = requireStrategy(document);
  const { symbols } = tradedSymbols(strategy.document, folders.universes);
  const bars = store.files(new Set([...textsIn(payload).map((text) => text.trim().toUpperCase()), ...symbols]));
  const { universe } = strategy.document;
  const files = bars.map((file) => ({ ...file, path: `data/${file.path}` }));
  return universe === null || 'symbols' in universe ? files : [...files, membership(folders, universe.membership)];
}

function membership({ universes }: Folders, name: string): HeldFile {
  const content = readFileSync(universeFile(universes, name));
  return { path: universeFile('data/universes', name), hash: sha256(content), content: () => content };
}

const quoted = /"([^"]*)"|'([^']*)'/g;

/** Every text in a value, and what stands in quotes inside it, as symbols do in formulas. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value, ...Array.from(value.matchAll(quoted), ([, a, b]) => a ?? b)];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** Nothing where it is gone: the test says so of its backtest. */
function resultHeld({ results }: Folders, hash: string): HeldFile[] {
  const file = resultFile(results, hash);
  return existsSync(file) ? [{ ...resultNamed(hash), content: () => readFileSync(file) }] : [];
}

function resultNamed(hash: string): NamedFile {
  return { path: `results/${resultFile('', hashSchema.parse(hash))}`, hash };
}

function below(folder: string, { path, hash }: NamedFile): NamedFile {
  return { path: `${folder}/${path}`, hash };
}
