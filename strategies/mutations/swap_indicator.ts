import { put } from '../document-path.ts';
import { decidingFormulas, withFormulas } from '../formula-texts.ts';
import { rangeOf } from '../fuzzy-coverage.ts';
import type { Indicator } from '../indicator.ts';
import { findIndicator, indicators } from '../indicators/index.ts';
import { type Mapping, mappingOr } from '../mapping.ts';
import type { Move } from '../membership-points.ts';
import { withMovedSets } from '../moved-sets.ts';
import { type Mutated, type Mutation, pick } from '../mutation.ts';

/** Of an entry of `indicators`, or of all calls in formulas; fuzzy sets go along to the new one's range. */
export const swapIndicator: Mutation = {
  name: 'swap_indicator',
  does: 'Replaces an indicator by another of its category, with the same outputs; its fuzzy sets move to the new range.',
  mutate(document, random) {
    const swap = pick([...swapsOfEntries(document), ...swapsOfCalls(document)], random);
    return swap === undefined ? null : swap();
  },
};

type Swap = () => Mutated | null;

function swapsOfEntries(document: Mapping): Swap[] {
  return Object.entries(mappingOr(document.indicators)).flatMap(([id, entry]) => {
    const settings = mappingOr(entry);
    const from = findIndicator(String(settings.type));
    if (from === undefined) return [];
    const reading = setsReading(document, id);
    const given = Object.keys(from.inputs).filter((name) => name in settings);
    return indicators
      .filter((to) => alike(from, to) && given.every((name) => name in to.inputs))
      .filter((to) => reading.every(({ output }) => moveBetween(from, to, output) !== undefined))
      .map((to) => () => swappedEntry(document, id, from, to));
  });
}

function alike(from: Indicator, to: Indicator): boolean {
  const { category, priceUnits, outputs } = from;
  const kept = to.category === category && String(to.priceUnits) === String(priceUnits);
  return to !== from && kept && String(to.outputs) === String(outputs);
}

/** The fuzzy variables that would have to move along; those of `auto` are fitted to whatever they read. */
function setsReading(document: Mapping, id: string): { set: string; output: string | undefined }[] {
  return Object.entries(mappingOr(document.fuzzy_sets)).flatMap(([set, entry]) => {
    const { indicator, auto } = mappingOr(entry);
    const [read, output] = String(indicator).split('.');
    return read === id && auto === undefined ? [{ set, output }] : [];
  });
}

/** From one range onto the other; undefined where that is not known. */
function moveBetween(from: Indicator, to: Indicator, output: string | undefined): Move | undefined {
  const [old, next] = [rangeOf(from.type, output), rangeOf(to.type, output)];
  if (old === undefined || next === undefined) return undefined;
  const scale = (next[1] - next[0]) / (old[1] - old[0]);
  return { scale, shift: next[0] - scale * old[0] };
}

function swappedEntry(document: Mapping, id: string, from: Indicator, to: Indicator): Mutated | null {
  const settings = mappingOr(mappingOr(document.indicators)[id]);
  const kept = Object.entries(settings).filter(
    ([name]) => name in to.parameters || name in to.inputs || name === 'data_source',
  );
  const entry = { type: to.type, ...Object.fromEntries(kept) };
  let changed: Mapping | null = mappingOr(put(document, {}, ['indicators', id], entry));
  for (const { set, output } of setsReading(document, id)) {
    const move = moveBetween(from, to, output);
    if (move === undefined || changed === null) return null;
    changed = withMovedSets(changed, set, () => move);
  }
  return changed && { document: changed, changes: [`indicators.${id}: ${from.type} → ${to.type}`] };
}

function swapsOfCalls(document: Mapping): Swap[] {
  const called = new Set<Indicator>();
  for (const { text } of decidingFormulas(document)) {
    for (const [, name] of text.matchAll(call)) {
      const indicator = findIndicator(name);
      if (indicator !== undefined) called.add(indicator);
    }
  }
  return [...called].flatMap((from) =>
    indicators
      .filter((to) => alike(from, to) && signature(to) === signature(from) && sameRange(from, to))
      .map((to) => () => swappedCalls(document, from, to)),
  );
}

const call = /([A-Za-z_]\w*)(?=\s*\()/g;

/** Thresholds stand beside a call as bare numbers, which nothing could move along. */
function sameRange(from: Indicator, to: Indicator): boolean {
  return String(rangeOf(from.type, undefined)) === String(rangeOf(to.type, undefined));
}

/** What a call names by position. */
function signature({ parameters, inputs }: Indicator): string {
  return JSON.stringify([Object.keys(inputs), Object.entries(parameters).map(([name, { kind }]) => [name, kind])]);
}

function swappedCalls(document: Mapping, from: Indicator, to: Indicator): Mutated {
  const names = new Set([from.type, ...(from.aliases ?? [])]);
  const swapped = withFormulas(document, (text) =>
    text.replace(call, (name) => (names.has(name.toLowerCase()) ? to.type : name)),
  );
  return { document: swapped, changes: [`every ${from.type}(…) in formulas → ${to.type}(…)`] };
}
