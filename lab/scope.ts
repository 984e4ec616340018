import { LabError, nearest } from '@stratlab/data/error.ts';

/**
 * What a token can be good for: reading; running what computes or writes; training; everything. `lab:work` is for
 * workers on other hosts.
 */
export const scopes = ['lab:read', 'lab:run', 'lab:train', 'lab:admin', 'lab:work'] as const;

export type Scope = (typeof scopes)[number];

/** The scopes among `names`; others are passed over, as an issuer may grant more than concerns the lab. */
export function knownScopes(names: readonly string[]): Scope[] {
  return scopes.filter((scope) => names.includes(scope));
}

/** Scopes with commas between. Throws `invalid_input` for one that is not known, and for none. */
export function parseScopes(text: string): Scope[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !scopes.some((scope) => scope === name));
  if (unknown === undefined) return knownScopes(names);
  const near = nearest(unknown, scopes);
  throw new LabError('invalid_input', `"${unknown}" is not a scope. Known: ${scopes.join(', ')}.`, {
    path: 'scopes',
    hint: near === undefined ? 'Put commas between several.' : `Did you mean "${near}"?`,
  });
}
