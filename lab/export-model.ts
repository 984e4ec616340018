import { join } from 'node:path';
import { writeFileAtomic } from '@stratlab/data/atomic-file.ts';
import { type ModelArtifact, readArtifact } from '@stratlab/models/artifact.ts';
import type { ExportableMember } from '@stratlab/models/export.ts';
import type { ExportFormat } from '@stratlab/models/exports/format.ts';
import { exporters } from '@stratlab/models/exports/index.ts';
import { requireModelRow } from './find-model.ts';
import type { Lab } from './lab.ts';

/**
 * Writes a model for other programs: to the file `path`, or in the formats of several files into that folder. Of a
 * model of many folds these are the networks that decide from the newest on.
 */
export function exportModel(
  lab: Pick<Lab, 'database' | 'folders'>,
  { model_id, format, path }: { model_id: string; format: ExportFormat; path: string },
) {
  const row = requireModelRow(lab, model_id);
  const artifact = readArtifact(lab.folders.models, row.artifactHash);
  const { features, classes, strategyFingerprint } = artifact;
  const members = decidingNow(artifact);
  const files = exporters[format]({ members, features, classes, strategyFingerprint }).map(({ name, bytes }) => ({
    path: name === null ? path : join(path, name),
    bytes,
  }));
  for (const file of files) writeFileAtomic(file.path, file.bytes);
  return {
    model_id: row.id,
    format,
    type: artifact.spec.type,
    networks: members.length,
    inputs: features.length,
    classes,
    files: files.map((file) => ({ path: file.path, bytes: file.bytes.length })),
  };
}

function decidingNow({ members, routes }: ModelArtifact): ExportableMember[] {
  const { folds } = routes[routes.length - 1];
  return members.filter(({ fold }) => folds.includes(fold));
}
