import type { z } from 'zod';

/** What a schema finds wrong, in words that name the value and what is allowed; Zod's own words for rarer faults. */
export function schemaWords(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.input === undefined && (issue.code === 'invalid_type' || issue.code === 'invalid_value')) {
    return 'It is missing.';
  }
  const found = `${shown(issue.input)} is not`;
  switch (issue.code) {
    case 'invalid_type':
      return `${found} ${kinds[issue.expected] ?? `a ${issue.expected}`}.`;
    case 'invalid_value':
      return `${found} ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}.`;
    case 'too_small':
      return `${found} ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}${unit(issue.origin)}.`;
    case 'too_big':
      return `${found} ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}${unit(issue.origin)}.`;
    default:
      return undefined;
  }
}

const kinds: Readonly<Record<string, string>> = {
  int: 'a whole number',
  object: 'a mapping of keys to values',
  record: 'a mapping of keys to values',
  array: 'a list',
  string: 'a text',
};

function unit(origin: string): string {
  return origin === 'string' ? ' characters long' : origin === 'array' ? ' entries long' : '';
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
