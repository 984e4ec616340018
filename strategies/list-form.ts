import { catalogueType } from './ktrdr-words.ts';
import { isMapping, listOr, type Mapping, mappingOr } from './mapping.ts';

interface Entry {
  name: string;
  featureId: string | undefined;
  definition: unknown;
  /** Values of its numeric parameters, as they stand. */
  numbers: number[];
}

/**
 * The list form and KTRDR v2: a list of indicators becomes a mapping, each named by its `feature_id`, else its `name`
 * (with its numbers, `rsi_14`, where two would clash); each key of the fuzzy sets names its indicator.
 */
export function fromLists(document: Mapping): Mapping {
  const entries = listOr(document.indicators).map(entryOf);
  const ids = idsOf(entries);
  const fuzzySets = Object.entries(mappingOr(document.fuzzy_sets)).map(([key, sets]) =>
    isMapping(sets) ? [safeId(key), { indicator: indicatorOf(key, entries, ids), ...sets }] : [key, sets],
  );
  return {
    ...document,
    indicators: Object.fromEntries(entries.map(({ definition }, k) => [ids[k], definition])),
    fuzzy_sets: Object.fromEntries(fuzzySets),
  };
}

function entryOf(entry: unknown, position: number): Entry {
  if (!isMapping(entry)) return { name: `entry_${position}`, featureId: undefined, definition: entry, numbers: [] };
  const { name, type = name, feature_id: featureId, parameters, params, ...rest } = entry;
  const settings = { ...mappingOr(params), ...mappingOr(parameters), ...rest };
  return {
    name: String(name ?? type),
    featureId: typeof featureId === 'string' ? featureId : undefined,
    definition: { type, ...settings },
    numbers: Object.values(settings).filter((value) => typeof value === 'number'),
  };
}

function idsOf(entries: readonly Entry[]): string[] {
  const ids: string[] = [];
  for (const { name, featureId, numbers } of entries) {
    const shared = entries.filter((other) => other.name === name && other.featureId === undefined).length > 1;
    const id = safeId(featureId ?? (shared ? [name, ...numbers].join('_') : name));
    const again = ids.filter((other) => other === id || other.startsWith(`${id}_again`)).length;
    ids.push(again === 0 ? id : `${id}_again${again === 1 ? '' : again}`);
  }
  return ids;
}

/** The entry that a fuzzy set's key means: its id, its name, or KTRDR's column name (`macd_12_26_9`, `stochastic_14_3`). */
function indicatorOf(key: string, entries: readonly Entry[], ids: readonly string[]): string {
  const id = safeId(key);
  if (ids.includes(id)) return id;
  const [stem] = key.split(/_\d/);
  const numbers = key.slice(stem.length).split('_').filter(Boolean).map(Number);
  const found = entries.findIndex(
    (entry) =>
      catalogueType(entry.name) === catalogueType(key) ||
      (catalogueType(entry.name) === catalogueType(stem) && isPrefix(numbers, entry.numbers)),
  );
  return found === -1 ? id : ids[found];
}

/** Whether the shorter list begins the longer one. */
function isPrefix(a: readonly number[], b: readonly number[]): boolean {
  return a.every((value, k) => k >= b.length || value === b[k]);
}

function safeId(text: string): string {
  return text.replace(/[^A-Za-z0-9_-]/g, '_');
}
