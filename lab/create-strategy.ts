import { join } from 'node:path';
import { writeFileAtomic } from '@stratlab/data/atomic-file.ts';
import { addEvent } from '@stratlab/knowledge/experiments.ts';
import { addVersion, type StrategyVersion, versionsOf } from '@stratlab/knowledge/strategies.ts';
import { fingerprint } from '@stratlab/strategies/fingerprint.ts';
import { requireOpenExperiment } from './find-experiment.ts';
import { documentOf, type GivenDocument, textOf } from './given-document.ts';
import type { Lab } from './lab.ts';
import { type SimilarStrategy, similarStrategies } from './similar-strategies.ts';
import { featureNames } from './strategy-features.ts';
import { strategyFile } from './strategy-file.ts';
import { type LabStrategy, requireStrategy } from './strategy-language.ts';
import { warningTexts } from './validate-strategy.ts';

export interface CreateStrategy extends GivenDocument {
  name: string;
  description?: string | undefined;
  /** Answers as if, and writes nothing. */
  dry_run?: boolean | undefined;
  experiment_id?: string | undefined;
  /** What its first version was made from, and how. */
  origin?: Origin | undefined;
}

export interface Origin {
  name: string;
  version: number;
  /** What was changed, in words. */
  reason: string;
}

export interface CreatedStrategy {
  name: string;
  version: number;
  fingerprint: string;
  features: string[];
  warnings: string[];
  similar: SimilarStrategy[];
  /** False where this version was there before, or `dry_run` wrote nothing. */
  created: boolean;
}

/**
 * Keeps a strategy under a name. A changed document under a known name becomes a new version with the newest as its
 * parent; one that decides like an earlier version is that version. Throws `invalid_strategy` with all problems.
 */
export function createStrategy(lab: Lab, input: CreateStrategy): CreatedStrategy {
  const { name, description, dry_run: dryRun = false, origin } = input;
  const experimentId = requireOpenExperiment(lab, input.experiment_id);
  const entries = description === undefined ? { name } : { name, description };
  const document = { ...documentOf(input), ...entries };
  const { strategy, warnings } = requireStrategy(document);
  const mark = fingerprint(strategy);
  const similar = similarStrategies(lab.database, strategy, mark).filter((each) => each.name !== name);
  const kept = lab.database.transaction(() => {
    const versions = versionsOf(lab.database, name);
    const known = versions.find((version) => version.fingerprint === mark);
    if (known !== undefined) return { version: known.version, created: false, note: knownNote(known, versions) };
    const version = (versions.at(-1)?.version ?? 0) + 1;
    if (!dryRun)
      keep(lab, strategy, { name, version, document, yaml: textOf(input, entries), mark, experimentId, origin });
    return { version, created: !dryRun, note: newNote(name, version, dryRun) };
  });
  return {
    name,
    version: kept.version,
    fingerprint: mark,
    features: featureNames(strategy),
    warnings: [...kept.note, ...warningTexts(warnings)],
    similar,
    created: kept.created,
  };
}

interface Kept {
  name: string;
  version: number;
  document: Record<string, unknown>;
  yaml: string;
  mark: string;
  experimentId: string | null;
  origin: Origin | undefined;
}

function keep(lab: Lab, strategy: LabStrategy, kept: Kept): void {
  const { name, version, document, yaml, mark, experimentId, origin } = kept;
  const at = Date.now();
  const { description, hypothesis } = strategy.document;
  addVersion(lab.database, {
    name,
    version,
    ...parentOf(version, origin),
    fingerprint: mark,
    yaml,
    document,
    decider: strategy.decider,
    description,
    hypothesis,
    experimentId,
    createdAt: at,
  });
  const made = origin === undefined || version > 1 ? '' : ` from ${origin.name} v${origin.version}: ${origin.reason}`;
  const summary = `created ${name} v${version}${made}`;
  addEvent(lab.database, { experimentId, kind: 'strategy', subjectId: `${name} v${version}`, summary, at });
  writeFileAtomic(join(lab.configuration.home, strategyFile(name, version)), yaml);
}

function parentOf(version: number, origin: Origin | undefined) {
  if (version > 1) return { parentVersion: version - 1 };
  if (origin === undefined) return { parentVersion: null };
  return { parentVersion: origin.version, parentName: origin.name, reason: origin.reason };
}

function knownNote({ name, version }: StrategyVersion, versions: readonly StrategyVersion[]): string[] {
  const newest = versions.length;
  const older = version === newest ? '' : ` The newest is ${newest}: name the version where you mean this one.`;
  return [`${name} v${version} decides the same way already: nothing new was made.${older}`];
}

function newNote(name: string, version: number, dryRun: boolean): string[] {
  if (version === 1) return [];
  const verb = dryRun ? 'would be' : 'is';
  return [`"${name}" was there before: this ${verb} version ${version}, with version ${version - 1} as its parent.`];
}
