import type { Problem } from '@stratlab/data/error.ts';

/** A degree of membership in one set of a partition that is fitted on training rows: set `set`, from 0, of `of`. */
export interface PartitionPlace {
  readonly method: 'partition';
  readonly set: number;
  readonly of: number;
}

/** Names of so many sets, low to high. */
const namesOf: readonly (readonly string[])[] = [
  ['low', 'high'],
  ['low', 'middle', 'high'],
  ['very_low', 'low', 'high', 'very_high'],
  ['very_low', 'low', 'middle', 'high', 'very_high'],
  ['extremely_low', 'very_low', 'low', 'high', 'very_high', 'extremely_high'],
  ['extremely_low', 'very_low', 'low', 'middle', 'high', 'very_high', 'extremely_high'],
];
const [fewest, most] = [namesOf[0].length, namesOf[namesOf.length - 1].length];
const hint = `Write auto: 3, or names from low to high: auto: [calm, usual, stormy]; ${fewest} to ${most} sets.`;

/** The names of the sets, low to high, of `auto: 3` or `auto: [calm, usual, stormy]`; every fault is a problem at `path`. */
export function parseAutoPartition(value: unknown, path: string): readonly string[] | { problems: Problem[] } {
  const named = Array.isArray(value) ? value : namesOf.find(({ length }) => length === value);
  if (named === undefined) return fault(path, `${JSON.stringify(value)} is neither a number of sets nor their names.`);
  const names = named.filter(isSetName);
  if (names.length < named.length) return fault(path, 'A set is named by letters, digits and _.');
  if (names.length < fewest || names.length > most) return fault(path, `${names.length} sets make no partition.`);
  const twice = names.find((name, k) => names.indexOf(name) < k);
  return twice === undefined ? names : fault(path, `"${twice}" is there twice.`);
}

export function isSetName(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z][A-Za-z0-9_]*$/.test(value);
}

function fault(path: string, message: string): { problems: Problem[] } {
  return { problems: [{ path, message, hint }] };
}
