import { LabError } from '@stratlab/data/error.ts';
import { parseDocument, stringify } from 'yaml';

const maxBytes = 64 * 1024;
const maxDepth = 40;

/**
 * A YAML (or JSON) mapping as plain data. Refused before parsing: more than 64 kB, nesting deeper than 40, anchors and
 * aliases; after it: duplicate keys, custom tags, `__proto__` keys, anything but a mapping. Throws `invalid_strategy`
 * with line and column.
 */
export function parseYaml(text: string): Record<string, unknown> {
  checkSize(text);
  const document = parseDocument(text, { strict: true, uniqueKeys: true, version: '1.2' });
  const [fault] = document.errors;
  if (fault) throw invalid(fault.message.split('\n')[0]);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 0 });
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error));
  }
  return checkMapping(value);
}

/** Plain data that came as JSON, held to the same limits. Throws `invalid_strategy` or `limit_exceeded`. */
export function checkMapping(value: unknown): Record<string, unknown> {
  if (!isMapping(value)) throw invalid('A strategy is a mapping of keys to values.');
  checkValue(value, 0);
  return value;
}

export function formatYaml(value: unknown): string {
  return stringify(value, { lineWidth: 120, flowCollectionPadding: false });
}

function checkSize(text: string): void {
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes) throw tooLarge(`${bytes} bytes`, `${maxBytes} bytes`);
  let depth = 0;
  for (const character of text) {
    if (character === '[' || character === '{') depth++;
    else if (character === ']' || character === '}') depth--;
    if (depth > maxDepth) throw tooLarge(`more than ${maxDepth} open brackets`, `${maxDepth}`);
  }
  for (const line of text.split('\n')) {
    const indent = line.length - line.trimStart().length;
    if (indent > maxDepth * 8) throw tooLarge(`a line indented by ${indent}`, `${maxDepth * 8}`);
  }
}

/** Counts every node, so that a large mapping given as JSON is refused as its text would be. */
function checkValue(root: unknown, depth: number): void {
  let budget = maxBytes;
  const visit = (value: unknown, level: number): void => {
    if (level > maxDepth) throw tooLarge(`nesting deeper than ${maxDepth}`, `${maxDepth}`);
    budget -= typeof value === 'string' ? value.length + 2 : 2;
    if (budget < 0) throw tooLarge('more text than that', `${maxBytes} bytes`);
    if (Array.isArray(value)) for (const item of value) visit(item, level + 1);
    else if (isMapping(value)) {
      for (const [key, item] of Object.entries(value)) {
        if (key === '__proto__') throw invalid('"__proto__" is not a key.');
        budget -= key.length;
        visit(item, level + 1);
      }
    }
  };
  visit(root, depth);
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function tooLarge(found: string, allowed: string): LabError {
  return new LabError('limit_exceeded', `The strategy document has ${found}; at most ${allowed} are read.`, {
    hint: 'A strategy is a page of text. Name fewer indicators, or split it into several strategies.',
  });
}

function invalid(message: string): LabError {
  return new LabError('invalid_strategy', `The strategy document cannot be read: ${message}`, {
    hint: 'get_strategy_schema shows the grammar with an example.',
  });
}
