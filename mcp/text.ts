import type { NextCall } from './answer.ts';

type Fields = Record<string, unknown>;

const longestText = 2_000;
const longestValue = 200;

/** The facts of an answer in a few lines for clients that show only text; tables and lists by their size. */
export function textOf(answer: Fields & { summary: string; warnings: string[]; next: NextCall[] }): string {
  const { summary, warnings, next, ...fields } = answer;
  const lines = [
    summary,
    ...Object.entries(fields).flatMap(([name, value]) => lineOf(name, value)),
    ...warnings.map((warning) => `Warning: ${warning}`),
    ...next.map((call) => `Next: ${call.tool} ${JSON.stringify(call.arguments)}${call.why ? ` (${call.why})` : ''}`),
  ];
  const text = lines.join('\n');
  return text.length > longestText ? `${text.slice(0, longestText - 1)}…` : text;
}

function lineOf(name: string, value: unknown): string[] {
  const shown = shownValue(value);
  return shown === null ? [] : [`${name}: ${shown}`];
}

function shownValue(value: unknown): string | null {
  if (Array.isArray(value)) return listed(value);
  if (typeof value === 'object' && value !== null) return flat(value);
  return scalar(value);
}

function flat(value: object): string | null {
  const parts = Object.entries(value).flatMap(([name, part]) => {
    const shown = scalar(part);
    return shown === null ? [] : [`${name} ${shown}`];
  });
  return parts.length === 0 ? null : parts.join(', ');
}

function listed(values: unknown[]): string {
  const scalars = values.map(scalar);
  const short = values.length <= 10 && scalars.every((value) => value !== null);
  return short && values.length > 0 ? scalars.join(', ') : String(values.length);
}

function scalar(value: unknown): string | null {
  if (typeof value === 'number') return String(Number(value.toPrecision(6)));
  if (typeof value === 'string') return value.length > longestValue ? `${value.length} characters` : value;
  return typeof value === 'boolean' || value === null ? String(value ?? 'unknown') : null;
}
