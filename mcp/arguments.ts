import { LabError, nearest, type Problem, problemsOfIssues } from '@stratlab/lab/error.ts';
import type { z } from 'zod';
import { keysAt, type ObjectSchema } from './json-schema.ts';

/** The largest call, in bytes of JSON. */
const largestCall = 2_000_000;

/**
 * The arguments of a call as `schema` wants them. Throws `invalid_input` with every problem, each at its path, and the
 * nearest known key or value as its hint.
 */
export function parseArguments<Input extends z.ZodObject>(
  schema: Input,
  jsonSchema: ObjectSchema,
  given: unknown,
): z.output<Input> {
  const parsed = schema.safeParse(given, { error: readable, reportInput: true });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.flatMap((issue) => problemsOf(issue, jsonSchema));
  throw new LabError('invalid_input', headline(problems), {
    path: problems[0].path,
    hint: problems[0].hint ?? `Fix ${problems.length === 1 ? 'it' : 'them all'} and call again.`,
    problems,
  });
}

/** Throws `limit_exceeded` where the arguments are too large or too deep to be worth reading. */
export function checkSize(given: unknown): void {
  const bytes = sizeOf(given);
  if (bytes === null) throw new LabError('limit_exceeded', 'The arguments are nested too deeply.');
  if (bytes > largestCall) {
    throw new LabError(
      'limit_exceeded',
      `The arguments are ${megabytes(bytes)}; a call takes ${megabytes(largestCall)}.`,
      {
        hint: 'Send less: a strategy document is a few kilobytes.',
      },
    );
  }
}

/** Whether the arguments are of a size that is read, and kept. */
export function isReadable(given: unknown): boolean {
  return (sizeOf(given) ?? Number.POSITIVE_INFINITY) <= largestCall;
}

/** Bytes of the value as JSON; null where it is nested so deeply that it cannot be written. */
function sizeOf(value: unknown): number | null {
  try {
    return Buffer.byteLength(JSON.stringify(value) ?? '');
  } catch {
    return null;
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function headline(problems: Problem[]): string {
  const [{ path, message }] = problems;
  const first = path === '' || message.startsWith(`"`) ? message : `${path}: ${message}`;
  return problems.length === 1 ? first : `${first} (and ${problems.length - 1} more: see problems)`;
}

function problemsOf(issue: z.core.$ZodIssue, jsonSchema: ObjectSchema): Problem[] {
  const known = issue.code === 'unrecognized_keys' ? keysAt(jsonSchema, issue.path) : [];
  const problems = problemsOfIssues([issue], [], known);
  if (issue.code === 'unrecognized_keys') return problems.map((problem) => ({ hint: knownKeys(known), ...problem }));
  if (issue.code === 'invalid_value') return problems.map((problem) => ({ ...problem, ...nearestValue(issue) }));
  return problems;
}

function knownKeys(known: string[]): string {
  return known.length === 0 ? 'It takes no keys.' : `Known: ${known.join(', ')}.`;
}

function nearestValue({ input, values }: z.core.$ZodIssueInvalidValue): { hint?: string } {
  const near = nearest(String(input), values.map(String));
  return near === undefined ? {} : { hint: `Did you mean "${near}"?` };
}

/** What is wrong with a value, in words that name it and what is allowed; Zod's own words for rarer faults. */
function readable(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.input === undefined && issue.code === 'invalid_type') return `is required (${expectation(issue.expected)})`;
  if (issue.input === undefined && issue.code === 'invalid_value') return `is required (${oneOf(issue.values)})`;
  const got = `got ${shown(issue.input)}`;
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${expectation(issue.expected)}, ${got}`;
    case 'invalid_value':
      return `must be ${oneOf(issue.values)}, ${got}`;
    case 'too_small':
      return `must ${bound(issue.origin, issue.inclusive ? 'at least' : 'more than', issue.minimum)}, ${size(issue)}`;
    case 'too_big':
      return `must ${bound(issue.origin, issue.inclusive ? 'at most' : 'less than', issue.maximum)}, ${size(issue)}`;
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}, ${got}`;
    case 'invalid_format':
      return issue.format === 'regex'
        ? `must match ${issue.pattern}, ${got}`
        : `must be a valid ${issue.format}, ${got}`;
    default:
      return undefined;
  }
}

function expectation(expected: string): string {
  if (expected === 'int') return 'a whole number';
  return `${/^[aeio]/.test(expected) ? 'an' : 'a'} ${expected === 'record' ? 'mapping' : expected}`;
}

function oneOf(values: readonly unknown[]): string {
  return values.length === 1 ? JSON.stringify(values[0]) : `one of ${values.map((value) => String(value)).join(', ')}`;
}

const units: Record<string, string> = { string: 'characters', array: 'items', object: 'keys', map: 'keys' };

function bound(origin: string, relation: string, limit: number | bigint): string {
  return units[origin] === undefined ? `be ${relation} ${limit}` : `have ${relation} ${limit} ${units[origin]}`;
}

function size({ origin, input }: z.core.$ZodRawIssue): string {
  if (typeof origin !== 'string' || units[origin] === undefined) return `got ${shown(input)}`;
  const length = typeof input === 'string' || Array.isArray(input) ? input.length : Object.keys(Object(input)).length;
  return `has ${length}`;
}

function shown(value: unknown): string {
  if (typeof value === 'number') return String(value);
  const text = sizeOf(value) === null ? 'a very deep value' : (JSON.stringify(value) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
