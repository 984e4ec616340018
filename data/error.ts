/** What went wrong, by who must act; the codes of every door (MCP, CLI, queue). */
export const errorCodes = [
  'invalid_input',
  'not_found',
  'already_exists',
  'sealed',
  'no_data',
  'insufficient_data',
  'invalid_strategy',
  'not_causal',
  'limit_exceeded',
  'busy',
  'cancelled',
  'corrupt',
  'unavailable',
  'internal',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** One fault in something a person or an agent wrote. `path` is dotted: `fuzzy_sets.rsi_zone.indicator`. */
export interface Problem {
  path: string;
  message: string;
  hint?: string;
}

interface LabErrorDetails {
  /** The next step: what to change or call. */
  hint?: string;
  /** Where in the input the fault lies. */
  path?: string;
  /** Every fault, where there are several. */
  problems?: Problem[];
  cause?: unknown;
}

/**
 * The one error that is shown to users. The message names the thing, the value and what was allowed.
 * Anything else that is thrown is a bug of ours and is shown as `internal`.
 */
export class LabError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly path: string | undefined;
  readonly problems: Problem[] | undefined;

  constructor(code: ErrorCode, message: string, details: LabErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'LabError';
    this.code = code;
    this.hint = details.hint;
    this.path = details.path;
    this.problems = details.problems;
  }
}

/** The name of `known` nearest to `name` (Levenshtein distance of at most a third of its length), if any. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}
