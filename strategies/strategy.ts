import type { Problem } from '@stratlab/data/error.ts';
import type { z } from 'zod';
import { type AnyDocument, type DocumentCore, grammarVersion } from './document.ts';
import { type Mapping, mappingOr } from './mapping.ts';
import { readParameters, replaceParameters, unusedParameters } from './parameters.ts';
import { parseBlocks } from './parse-blocks.ts';
import { readParts } from './read-parts.ts';
import type { StrategyParts } from './strategy-parts.ts';
import { upgradeDocument } from './upgrade.ts';
import { weightsProblems } from './weights-settings.ts';

/** A strategy that has been read and checked whole: whatever it names exists, whatever it says can be run. */
export interface Strategy<Document extends DocumentCore> extends StrategyParts {
  /** Version 4, every default filled in, `$name` replaced by the parameters' values. */
  readonly document: Document;
  readonly parameters: Readonly<Record<string, number>>;
}

export type StrategyReading<Document extends DocumentCore> =
  | { strategy: Strategy<Document>; warnings: Problem[] }
  | { problems: Problem[]; warnings: Problem[] };

/**
 * Reads a document of any form the grammar knows, with all its problems at once. `values` replace the defaults of the
 * document's parameters.
 */
export function readStrategy<Schema extends z.ZodType<AnyDocument>>(
  raw: Mapping,
  schema: Schema,
  knownKeys: Iterable<string>,
  values: Readonly<Record<string, number>> = {},
): StrategyReading<z.output<Schema>> {
  const { document: upgraded, lenient, warnings } = upgradeDocument(raw);
  const problems: Problem[] = [];
  const parameters = readParameters(upgraded.parameters, values, problems);
  const replaced = replaceParameters(upgraded, parameters, problems);
  const parsed = parseBlocks(replaced, schema, knownKeys, lenient);
  problems.push(...parsed.problems);
  warnings.push(...unusedParameters(upgraded, Object.keys(parameters)), ...parsed.warnings);
  if (parsed.document === null) return { problems, warnings };
  const { parts, indicators, fuzzySets, ...found } = readParts(parsed.document, parsed, parameters);
  problems.push(...found.problems);
  const defaults = mappingOr(schema.safeParse({ version: grammarVersion }).data?.execution);
  problems.push(...weightsProblems(parsed.document, defaults));
  warnings.push(...found.warnings);
  if (problems.length > 0) return { problems, warnings };
  const document = { ...parsed.document, indicators, fuzzy_sets: fuzzySets };
  return { strategy: { ...parts, document, parameters }, warnings };
}
