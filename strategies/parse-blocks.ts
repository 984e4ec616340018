import type { Problem } from '@stratlab/data/error.ts';
import { problemsOfIssues } from '@stratlab/data/problems.ts';
import type { z } from 'zod';
import { grammarVersion } from './document.ts';
import { ignored } from './ktrdr-words.ts';
import { isMapping, type Mapping } from './mapping.ts';
import { schemaWords } from './schema-words.ts';

type Path = readonly PropertyKey[];

export interface ParsedBlocks<Document> {
  /** What could be read, faulty parts at their defaults, so that the rest is checked too; null where nothing could. */
  document: Document | null;
  /** The document as it was given, less what was ignored. */
  given: Mapping;
  /** Top-level keys in which the schema found a fault. */
  faulty: ReadonlySet<string>;
  problems: Problem[];
  warnings: Problem[];
}

/** Settings of another program whose value the lab may replace by its default, saying so. */
const replaceable: readonly Path[] = [
  ['training', 'loss'],
  ['training', 'optimizer'],
  ['training', 'lr_scheduler'],
  ['decisions', 'cost_model'],
  ['model', 'architecture', 'activation'],
];

/** Reads a document's blocks by their schema. In a lenient one what cannot be honoured is dropped with a warning. */
export function parseBlocks<Schema extends z.ZodType>(
  document: Mapping,
  schema: Schema,
  knownKeys: Iterable<string>,
  lenient: boolean,
): ParsedBlocks<z.output<Schema>> {
  const parsed = schema.safeParse(document, { error: schemaWords, reportInput: true });
  if (parsed.success) {
    return { document: parsed.data, given: document, faulty: new Set(), problems: [], warnings: [] };
  }
  const { issues } = parsed.error;
  const dropped = lenient ? droppable(issues) : [];
  if (dropped.length > 0) {
    const rest = withoutAll(
      document,
      dropped.map(({ path }) => path),
    );
    const again = parseBlocks(rest, schema, knownKeys, lenient);
    return { ...again, warnings: [...dropped.map(({ path, why }) => ignored(path.join('.'), why)), ...again.warnings] };
  }
  return {
    document: readable(document, schema, issues),
    given: document,
    faulty: new Set(issues.map(({ path }) => String(path[0]))),
    problems: problemsOfIssues(issues, [], knownKeys),
    warnings: [],
  };
}

interface Dropped {
  path: Path;
  why?: string;
}

/** What may be left out: unknown keys first, since they may be all that is wrong. */
function droppable(issues: readonly z.core.$ZodIssue[]): Dropped[] {
  const unknown = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => ({ path: [...issue.path, key] })) : [],
  );
  if (unknown.length > 0) return unknown;
  return replaceable.flatMap((path) => {
    const issue = issues.find((found) => path.every((key, k) => found.path[k] === key));
    return issue === undefined ? [] : [{ path, why: `${issue.message.replace(/\.$/, '')}; the default stands` }];
  });
}

/** The document with its faulty parts cut out, a little more each time until the schema accepts the rest. */
function readable<Schema extends z.ZodType>(
  document: Mapping,
  schema: Schema,
  issues: readonly z.core.$ZodIssue[],
): z.output<Schema> | null {
  let kept: Mapping = { ...document, version: grammarVersion };
  let faults = issues;
  for (let cut = 0; cut < 4; cut++) {
    kept = withoutAll(
      kept,
      faults.flatMap((issue) => faultPaths(issue, cut)).filter(([key]) => key !== 'version'),
    );
    const parsed = schema.safeParse(kept);
    if (parsed.success) return parsed.data;
    faults = parsed.error.issues;
  }
  return null;
}

/** Lists go whole: without one entry the others would answer to wrong positions. */
function faultPaths(issue: z.core.$ZodIssue, cut: number): Path[] {
  const inList = issue.path.findIndex((key) => typeof key === 'number');
  if (inList >= 0) return [issue.path.slice(0, Math.max(1, inList - cut))];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => [...issue.path, key]);
  return [issue.path.slice(0, Math.max(1, issue.path.length - cut))];
}

function withoutAll(document: Mapping, paths: readonly Path[]): Mapping {
  return paths.reduce<Mapping>((value, path) => without(value, path), document);
}

function without(value: Mapping, [key, ...rest]: Path): Mapping {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]) => {
      if (name !== key) return [[name, item]];
      if (rest.length === 0) return [];
      return [[name, withoutWithin(item, rest)]];
    }),
  );
}

function withoutWithin(item: unknown, path: Path): unknown {
  if (Array.isArray(item)) {
    const [index, ...rest] = path;
    return item.map((part, k) => (k === Number(index) && isMapping(part) ? without(part, rest) : part));
  }
  return isMapping(item) ? without(item, path) : item;
}
