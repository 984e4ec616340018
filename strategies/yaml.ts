import { LabError } from '@stratlab/data/error.ts';
import { CST, Lexer, parseDocument, stringify } from 'yaml';

const maxBytes = 64 * 1024;
const maxDepth = 40;

/** What YAML can do beyond a page of keys and values, and a strategy needs none of. */
const refusedTokens: Readonly<Record<string, string>> = {
  anchor: 'an anchor (&name)',
  alias: 'an alias (*name)',
  tag: 'a tag (!name)',
  'explicit-key-ind': 'a "?" key',
};

/**
 * A YAML (or JSON) mapping as plain data. Refused before it is parsed: more than 64 kB, nesting deeper than 40, anchors,
 * aliases, tags and `?` keys; by the parser: duplicate keys, tabs as indentation, several documents; after it:
 * `__proto__`, anything but a mapping. Throws `invalid_strategy`, with line and column where there are any, or
 * `limit_exceeded`.
 */
export function parseYaml(text: string): Record<string, unknown> {
  return checkMapping(readDocument(text).toJS());
}

/** Plain data that came as JSON, held to the same limits. Throws `invalid_strategy` or `limit_exceeded`. */
export function checkMapping(value: unknown): Record<string, unknown> {
  if (!isMapping(value)) throw invalid('A strategy is a mapping of keys to values.');
  checkKeys(value, 0);
  checkBytes(JSON.stringify(value));
  return value;
}

export function formatYaml(value: unknown): string {
  return stringify(value, { lineWidth: 120, flowCollectionPadding: false, aliasDuplicateObjects: false });
}

/** The text with some top-level entries set, its comments and everything else kept. */
export function withEntries(text: string, entries: Readonly<Record<string, string>>): string {
  const document = readDocument(text);
  const changed = Object.entries(entries).filter(([key, value]) => document.get(key) !== value);
  for (const [key, value] of changed) document.set(key, value);
  return changed.length === 0 ? text : document.toString({ lineWidth: 120, flowCollectionPadding: false });
}

function readDocument(text: string) {
  checkBytes(text);
  checkTokens(text);
  const document = parseDocument(text, { strict: true, uniqueKeys: true, version: '1.2' });
  const [fault] = [...document.errors, ...document.warnings];
  if (fault) throw invalid(`${fault.message.split('\n')[0].replace(/:$/, '')}.`);
  return document;
}

function checkBytes(text: string): void {
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes) throw tooLarge(`${bytes} bytes`, `${maxBytes} bytes`);
}

/** Nesting is bounded here because the parser takes minutes over some deep texts of 64 kB; its lexer is linear. */
function checkTokens(text: string): void {
  let line = 1;
  let open = 0;
  let items = 0;
  for (const token of new Lexer().lex(text)) {
    const type = CST.tokenType(token) ?? 'scalar';
    if (Object.hasOwn(refusedTokens, type)) {
      throw invalid(`Line ${line} has ${refusedTokens[type]}; write the value out.`);
    }
    if (type === 'flow-map-start' || type === 'flow-seq-start') open++;
    else if (type === 'flow-map-end' || type === 'flow-seq-end') open = Math.max(0, open - 1);
    else if (type === 'seq-item-ind') items++;
    else if (type === 'newline') items = 0;
    if (open + items > maxDepth) throw tooDeep();
    line += token.split('\n').length - 1;
  }
}

function checkKeys(value: unknown, depth: number): void {
  if (depth > maxDepth) throw tooDeep();
  if (Array.isArray(value)) for (const item of value) checkKeys(item, depth + 1);
  else if (isMapping(value)) {
    for (const [key, item] of Object.entries(value)) {
      if (key === '__proto__') throw invalid('"__proto__" is not a key.');
      checkKeys(item, depth + 1);
    }
  }
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function tooDeep(): LabError {
  return tooLarge(`nesting deeper than ${maxDepth}`, `${maxDepth} levels`);
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
