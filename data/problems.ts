import type { z } from 'zod';
import { nearest, type Problem } from './error.ts';

/**
 * Faults that a Zod schema found, one problem each, at dotted paths below `path`. An unknown key gets the nearest of
 * `knownKeys` as its hint; of a union's branches the one that the value was meant for is reported.
 */
export function problemsOfIssues(
  issues: readonly z.core.$ZodIssue[],
  path: readonly PropertyKey[],
  knownKeys: Iterable<string> = [],
): Problem[] {
  const keys = [...knownKeys];
  return issues.flatMap((issue) => problemsOfIssue(issue, path, keys));
}

function problemsOfIssue(issue: z.core.$ZodIssue, above: readonly PropertyKey[], knownKeys: string[]): Problem[] {
  const path = [...above, ...issue.path];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(key, path, knownKeys));
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    return meantBranch(issue.errors).flatMap((inner) => problemsOfIssue(inner, path, knownKeys));
  }
  if (issue.code === 'invalid_value') return [{ path: path.join('.'), message: issue.message, ...nearestValue(issue) }];
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => ({ path: path.join('.'), message }));
  return [{ path: path.join('.'), message: issue.message }];
}

/** Only where the parse was told to report its input. */
function nearestValue({ input, values }: z.core.$ZodIssueInvalidValue): { hint?: string } {
  const near = typeof input === 'string' ? nearest(input, values.map(String)) : undefined;
  return near === undefined ? {} : { hint: `Did you mean "${near}"?` };
}

function meantBranch(branches: z.core.$ZodIssue[][]): z.core.$ZodIssue[] {
  const meant = branches.find((issues) => issues.some(({ code, path }) => code !== 'invalid_type' || path.length > 0));
  return meant ?? branches[0];
}

function unknownKey(key: string, path: PropertyKey[], knownKeys: string[]): Problem {
  const near = nearest(key, knownKeys);
  const problem = { path: [...path, key].join('.'), message: `"${key}" is not a known key here.` };
  return near === undefined || near === key ? problem : { ...problem, hint: `Did you mean "${near}"?` };
}
