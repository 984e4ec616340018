import type { JobError } from './job-store.ts';

/**
 * The form of a thrown error that every door shows. A `code` in lower case marks an error meant for the user; anything
 * else, system errors such as `ENOENT` included, is `internal`.
 */
export function jobErrorOf(error: unknown): JobError {
  if (!(error instanceof Error)) return { code: 'internal', message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (!/^[a-z_]+$/.test(code)) return { code: 'internal', message: error.message };
  const hint = 'hint' in error && typeof error.hint === 'string' ? { hint: error.hint } : {};
  return { code, message: error.message, ...hint };
}
