import { LabError } from './error.ts';

export const dayMs = 86_400_000;

const dateOnly = /^\d{4}-\d{2}-\d{2}$/;
const withOffset = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/i;

/** `2020-01-31T09:30:00Z`. */
export function formatInstant(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}

/** As `formatInstant`; null for null. */
export function instantOrNull(epochMs: number | null): string | null {
  return epochMs === null ? null : formatInstant(epochMs);
}

/** `2020-01-31`, the UTC day. */
export function formatDate(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}

/** Epoch milliseconds of `YYYY-MM-DD` (its first instant) or of an ISO-8601 time with offset. Throws `invalid_input`. */
export function parseInstant(text: string, path: string): number {
  if (dateOnly.test(text)) return parseDate(text, path);
  if (withOffset.test(text)) {
    parseDate(text.slice(0, 10), path);
    const epochMs = Date.parse(text.replace(' ', 'T'));
    if (Number.isFinite(epochMs)) return epochMs;
  }
  throw badInstant(text, path);
}

/** As `parseInstant`, but a bare date means the last millisecond of that UTC day: ends are inclusive. */
export function parseEnd(text: string, path: string): number {
  return dateOnly.test(text) ? parseDate(text, path) + dayMs - 1 : parseInstant(text, path);
}

function parseDate(text: string, path: string): number {
  const epochMs = Date.parse(`${text}T00:00:00Z`);
  if (Number.isFinite(epochMs) && formatDate(epochMs) === text) return epochMs;
  throw badInstant(text, path);
}

function badInstant(text: string, path: string): LabError {
  return new LabError('invalid_input', `"${text}" is not a time the lab can read.`, {
    path,
    hint: 'Write YYYY-MM-DD, or an ISO-8601 time with its offset: 2020-01-31T14:30:00Z.',
  });
}
