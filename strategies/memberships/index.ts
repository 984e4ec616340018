import { nearest, type Problem } from '@stratlab/data/error.ts';
import type { Membership } from '../membership.ts';
import { bell } from './bell.ts';
import { gaussian } from './gaussian.ts';
import { piShaped } from './pi_shaped.ts';
import { sShaped } from './s_shaped.ts';
import { sigmoid } from './sigmoid.ts';
import { trapezoidal } from './trapezoidal.ts';
import { triangular } from './triangular.ts';
import { zShaped } from './z_shaped.ts';

export const memberships: readonly Membership[] = [
  triangular,
  trapezoidal,
  gaussian,
  bell,
  sigmoid,
  sShaped,
  zShaped,
  piShaped,
];

/** The membership function of a type, in any case. */
export function findMembership(type: string): Membership | undefined {
  const wanted = type.toLowerCase();
  return memberships.find((membership) => membership.type === wanted);
}

export interface ParsedMembership {
  readonly membership: Membership;
  readonly parameters: readonly number[];
}

/**
 * Reads a membership function as a document writes it: 3 numbers (triangular), 4 numbers (trapezoidal) or
 * `{type, parameters}` with the type in any case. Every fault is a problem at `path`.
 */
export function parseMembership(value: unknown, path: string): ParsedMembership | { problems: Problem[] } {
  if (Array.isArray(value)) return parseShorthand(value, path);
  if (!isRecord(value)) return problem(path, `${JSON.stringify(value)} is not a membership function.`);
  const unknown = Object.keys(value).filter((key) => key !== 'type' && key !== 'parameters');
  if (unknown.length > 0)
    return problem(`${path}.${unknown[0]}`, `"${unknown[0]}" is not a key of a membership function.`);
  if (typeof value.type !== 'string') return problem(`${path}.type`, 'A membership function needs a type.');
  const membership = findMembership(value.type);
  if (!membership) return unknownType(value.type, `${path}.type`);
  if (!Array.isArray(value.parameters)) {
    return problem(`${path}.parameters`, `The parameters of ${signature(membership)} are missing.`);
  }
  return checked(membership, value.parameters, `${path}.parameters`);
}

function parseShorthand(numbers: readonly unknown[], path: string) {
  if (numbers.length === 3) return checked(triangular, numbers, path);
  if (numbers.length === 4) return checked(trapezoidal, numbers, path);
  return problem(path, `${numbers.length} numbers are no membership function: 3 are triangular, 4 trapezoidal.`);
}

function checked(membership: Membership, numbers: readonly unknown[], path: string) {
  const expected = membership.parameters.length;
  if (numbers.length !== expected) {
    return problem(path, `${signature(membership)} takes ${expected} numbers, not ${numbers.length}.`);
  }
  const parameters = numbers.filter(isFiniteNumber);
  if (parameters.length < expected) {
    return problem(path, `${signature(membership)} takes finite numbers, not ${JSON.stringify(numbers)}.`);
  }
  const fault = membership.fault(parameters);
  return fault === null ? { membership, parameters } : problem(path, `${membership.type}: ${fault}`);
}

function unknownType(type: string, path: string) {
  const types = memberships.map((membership) => membership.type);
  const guess = nearest(type, types);
  return problem(
    path,
    `"${type}" is not a membership function. Known: ${types.join(', ')}.`,
    guess && `Did you mean "${guess}"?`,
  );
}

function problem(path: string, message: string, hint: string = accepted): { problems: Problem[] } {
  return { problems: [{ path, message, hint }] };
}

const accepted = 'Write [a, b, c], [a, b, c, d] or {type: gaussian, parameters: [50, 12]}.';

function isFiniteNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

function signature(membership: Membership): string {
  return `${membership.type} [${membership.parameters.join(', ')}]`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
