import { nearest, type Problem } from '@stratlab/data/error.ts';
import { isMapping, listOr, type Mapping, mappingOr } from './mapping.ts';

/** One value of a document replaced: `indicators.rsi_14.period`, `fuzzy_sets.zone.low.2`. */
export interface PathChange {
  path: string;
  value: unknown;
}

/** What can be named in a document: what it says, what its defaults come to, and what its grammar has besides. */
export interface Nameable {
  document: Mapping;
  /** The same with every default written out. */
  spelled: Mapping;
  /** JSON Schema of documents. */
  schema: unknown;
}

/** A copy of the document with the change, and the change in words; or why the path is none. */
export function changeAt(
  { document, spelled, schema }: Nameable,
  { path, value }: PathChange,
): { document: Mapping; words: string } | { problem: Problem } {
  const keys = path.split('.');
  const whole = overlaid(spelled, document);
  const there = valueAt(whole, keys);
  if (there === undefined && (!admits(schema, keys) || isLabelSetting(keys)))
    return { problem: unknownPath(path, whole) };
  const words = `${path}: ${shown(there)} → ${shown(value)}`;
  return { document: mappingOr(put(document, spelled, keys, value)), words };
}

/** The value at the keys; undefined where there is none. */
export function valueAt(value: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>((at, key) => child(at, key), value);
}

/** A copy of `node` with `value` at the keys. A block that the document left to its defaults keeps its kind. */
export function put(node: unknown, spelled: unknown, keys: readonly string[], value: unknown): unknown {
  const [key, ...rest] = keys;
  const inner = rest.length === 0 ? value : put(child(node, key), child(spelled, key), rest, value);
  const list = Array.isArray(node) ? node : node === undefined && Array.isArray(spelled) ? spelled : undefined;
  if (list !== undefined) return Object.assign([...list], { [key]: inner });
  return { ...(isMapping(node) ? node : kindOf(spelled)), [key]: inner };
}

const kindKeys = ['source', 'type', 'mode', 'method'];

function kindOf(spelled: unknown): Mapping {
  return Object.fromEntries(Object.entries(mappingOr(spelled)).filter(([key]) => kindKeys.includes(key)));
}

function child(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return /^\d+$/.test(key) ? value[Number(key)] : undefined;
  return isMapping(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function overlaid(under: unknown, over: unknown): unknown {
  if (over === undefined) return under;
  if (!isMapping(under) || !isMapping(over)) return over;
  const keys = new Set([...Object.keys(over), ...Object.keys(under)]);
  return Object.fromEntries([...keys].map((key) => [key, overlaid(under[key], over[key])]));
}

/** Every parameter of a label is spelled out, so that another one is unknown whatever the schema leaves open. */
function isLabelSetting(keys: readonly string[]): boolean {
  return keys.length > 2 && keys[0] === 'training' && keys[1] === 'labels';
}

function admits(schema: unknown, keys: readonly string[]): boolean {
  if (keys.length === 0) return true;
  const { anyOf, oneOf, properties, additionalProperties, items } = mappingOr(schema);
  const [key, ...rest] = keys;
  if ([...listOr(anyOf), ...listOr(oneOf)].some((alternative) => admits(alternative, keys))) return true;
  const known = mappingOr(properties);
  if (Object.hasOwn(known, key)) return admits(known[key], rest);
  if (isMapping(additionalProperties)) return admits(additionalProperties, rest);
  return /^\d+$/.test(key) && isMapping(items) && admits(items, rest);
}

function unknownPath(path: string, whole: unknown): Problem {
  const near = nearest(path, pathsOf(whole, ''));
  const message = `"${path}" is not a path of the document.`;
  return { path, message, hint: near === undefined ? siblings(path.split('.'), whole) : `Did you mean "${near}"?` };
}

function siblings(keys: readonly string[], whole: unknown): string {
  const above = keys.slice(0, -1);
  const block = valueAt(whole, above);
  if (above.length > 0 && !isMapping(block) && !Array.isArray(block)) return siblings(above, whole);
  const names = Object.keys(Object(block)).join(', ');
  return above.length === 0 ? `The blocks are ${names}.` : `${above.join('.')} has ${names || 'nothing'}.`;
}

function pathsOf(value: unknown, above: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => [`${above}${key}`, ...pathsOf(item, `${above}${key}.`)]);
}

const longestShown = 120;

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'not set';
  return text.length <= longestShown ? text : `${text.slice(0, longestShown - 1)}…`;
}
