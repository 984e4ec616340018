import { join } from 'node:path';
import { writeFileAtomic } from '@stratlab/data/atomic-file.ts';
import { formatInstant } from '@stratlab/data/instant.ts';
import { type ModelArtifact, readArtifact } from '@stratlab/models/artifact.ts';
import { expertsOf, planOf } from '@stratlab/models/composition.ts';
import type { ExportableModel, ExportedFile } from '@stratlab/models/export.ts';
import type { ExportFormat } from '@stratlab/models/exports/format.ts';
import { exporters } from '@stratlab/models/exports/index.ts';
import { requireModelRow } from './find-model.ts';
import type { Lab } from './lab.ts';

/**
 * Writes a model for other programs: to the file `path`, or where it takes several files into that folder. Of a model of
 * many folds these are the networks that decide from the newest on; of one model per regime the gate, each model, and
 * `composition.json` with what decides when.
 */
export function exportModel(
  lab: Pick<Lab, 'database' | 'folders'>,
  { model_id, format, path }: { model_id: string; format: ExportFormat; path: string },
) {
  const row = requireModelRow(lab, model_id);
  const artifact = readArtifact(lab.folders.models, row.artifactHash);
  const parts = partsOf(artifact);
  const written = parts.flatMap(({ name, model }) =>
    exporters[format](model).map((file) => placed(file, name, format)),
  );
  const files = [...written, ...descriptionOf(artifact, parts, format)].map(({ name, bytes }) => ({
    path: name === null ? path : join(path, name),
    bytes,
  }));
  for (const file of files) writeFileAtomic(file.path, file.bytes);
  const networks = parts.reduce((sum, { model }) => sum + model.members.length, 0);
  return {
    model_id: row.id,
    format,
    type: artifact.spec.type,
    networks,
    description: describe(artifact, networks),
    inputs: artifact.features.length,
    classes: artifact.classes,
    files: files.map((file) => ({ path: file.path, bytes: file.bytes.length })),
    warnings: leftBehind(artifact, networks),
  };
}

/** A model, or one of those of a composition, as it leaves the lab. */
interface Part {
  /** Null: it is all there is. */
  name: string | null;
  model: ExportableModel;
}

const gateName = 'gate';

function partsOf({
  members,
  routes,
  features,
  classes,
  composition,
  strategyFingerprint,
  spec,
}: ModelArtifact): Part[] {
  const { folds } = routes[routes.length - 1];
  const deciding = <Kind extends { fold: number }>(own: readonly Kind[]) =>
    own.filter(({ fold }) => folds.includes(fold));
  if (composition === undefined) {
    return [{ name: null, model: { members: deciding(members), features, classes, strategyFingerprint } }];
  }
  const { gate } = composition;
  const named = { classes, strategyFingerprint, features: features.slice(0, spec.inputs) };
  const experts = expertsOf(planOf(composition)).map((expert) => ({
    name: expert === gateName ? `model_${expert}` : expert,
    model: { ...named, members: deciding(members.filter((member) => member.expert === expert)) },
  }));
  const regimes = { classes: gate.classes, features: gate.features, strategyFingerprint };
  return [{ name: gateName, model: { ...regimes, members: deciding(gate.members) } }, ...experts];
}

function placed(file: ExportedFile, part: string | null, format: ExportFormat): ExportedFile {
  if (part === null) return file;
  return { ...file, name: file.name === null ? `${part}.${format}` : join(part, file.name) };
}

/** What other programs need to put the answers of a composition together; nothing of a single model. */
function descriptionOf(
  { composition, features }: ModelArtifact,
  parts: readonly Part[],
  format: ExportFormat,
): ExportedFile[] {
  if (composition === undefined) return [];
  const { gate, rules, routing } = composition;
  const described = {
    format,
    parts: parts.map(({ name }) => name),
    regimes: gate.classes,
    rules,
    routing,
    features,
    gate_features: gate.features,
  };
  return [{ name: 'composition.json', bytes: Buffer.from(`${JSON.stringify(described, null, 1)}\n`) }];
}

function describe({ spec, composition }: ModelArtifact, networks: number): string {
  if (composition !== undefined) {
    const models = expertsOf(planOf(composition)).length;
    return `a gate of type ${composition.gate.spec.type} and ${models} models of type ${spec.type}, ${networks} networks`;
  }
  return networks === 1 ? spec.type : `the mean of ${networks} networks of type ${spec.type}`;
}

/** That networks of earlier folds are not among what was written. */
function leftBehind({ members, composition, routes }: ModelArtifact, networks: number): string[] {
  const all = members.length + (composition?.gate.members.length ?? 0);
  if (networks === all) return [];
  const from = formatInstant(routes[routes.length - 1].start);
  return [
    `The ${networks} networks written are those that decide from ${from} on; the ${all - networks} of earlier folds, by which earlier bars were tested, stay in the lab.`,
  ];
}
