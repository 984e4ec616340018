import { LabError } from '@stratlab/data/error.ts';
import type { Mapping } from '@stratlab/strategies/mapping.ts';
import { checkMapping, formatYaml, parseYaml, withEntries } from '@stratlab/strategies/yaml.ts';

/** A strategy document as a caller gives it: as data or as text, one of them. */
export interface GivenDocument {
  config?: Mapping | undefined;
  yaml?: string | undefined;
}

/** Throws `invalid_input` unless exactly one of the named things was given. */
export function oneOf(given: Readonly<Record<string, unknown>>): void {
  const names = Object.keys(given);
  const found = names.filter((name) => given[name] !== undefined);
  if (found.length === 1) return;
  const what = found.length === 0 ? 'none of them was given' : `${found.join(' and ')} were given`;
  throw new LabError('invalid_input', `Give exactly one of ${names.join(', ')}; ${what}.`, {
    path: found[1] ?? names[0],
  });
}

/** Its data. Throws `invalid_input`, `invalid_strategy` or `limit_exceeded`. */
export function documentOf({ config, yaml }: GivenDocument): Mapping {
  oneOf({ config, yaml });
  return yaml === undefined ? checkMapping(config) : parseYaml(yaml);
}

/** The text to keep of it: the caller's own with its comments, or one written from the data. */
export function textOf({ config, yaml }: GivenDocument, entries: Readonly<Record<string, string>>): string {
  return yaml === undefined ? formatYaml({ ...config, ...entries }) : withEntries(yaml, entries);
}
