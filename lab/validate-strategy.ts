import { LabError, type Problem } from '@stratlab/data/error.ts';
import { fingerprint } from '@stratlab/strategies/fingerprint.ts';
import type { Mapping } from '@stratlab/strategies/mapping.ts';
import { requireVersion } from './find-strategy.ts';
import { documentOf, type GivenDocument, oneOf } from './given-document.ts';
import type { Lab } from './lab.ts';
import { type SimilarStrategy, similarStrategies } from './similar-strategies.ts';
import { featureNames } from './strategy-features.ts';
import { readLabStrategy } from './strategy-language.ts';

export interface ValidateStrategy extends GivenDocument {
  /** A stored strategy instead. */
  name?: string | undefined;
  version?: number | undefined;
}

export interface Validation {
  valid: boolean;
  errors: Problem[];
  warnings: string[];
  /** What a model sees on each bar, by name. */
  features: string[];
  /** Null where the document is not valid. */
  fingerprint: string | null;
  similar: SimilarStrategy[];
}

/** All that is wrong with a document, or what it comes to. Throws only where it is not said which document is meant. */
export function validateStrategy(lab: Pick<Lab, 'database'>, input: ValidateStrategy): Validation {
  const { config, yaml, name, version } = input;
  oneOf({ config, yaml, name });
  const invalid = { valid: false, warnings: [], features: [], fingerprint: null, similar: [] };
  const document = name === undefined ? readable(input) : requireVersion(lab, name, version).document;
  if (document instanceof LabError) return { ...invalid, errors: [problemOf(document)] };
  const read = readLabStrategy(document);
  const warnings = warningTexts(read.warnings);
  if ('problems' in read) return { ...invalid, errors: read.problems, warnings };
  const mark = fingerprint(read.strategy);
  const features = featureNames(read.strategy);
  const similar = similarStrategies(lab.database, read.strategy, mark).filter((each) => each.name !== name);
  return { valid: true, errors: [], warnings, features, fingerprint: mark, similar };
}

const mostWarnings = 30;

/** `fuzzy_sets.rsi_zone: No set is above 0.01 …`, the first 30. */
export function warningTexts(problems: readonly Problem[]): string[] {
  const texts = problems
    .slice(0, mostWarnings)
    .map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  const more = problems.length - texts.length;
  return more === 0 ? texts : [...texts, `And ${more} more warnings.`];
}

function readable(given: GivenDocument): Mapping | LabError {
  try {
    return documentOf(given);
  } catch (error) {
    if (error instanceof LabError) return error;
    throw error;
  }
}

function problemOf({ path = '', message, hint }: LabError): Problem {
  return hint === undefined ? { path, message } : { path, message, hint };
}
