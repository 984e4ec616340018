import type { Random } from '@stratlab/data/random.ts';
import type { Mapping } from './mapping.ts';

/** A document changed by a mutation, and the changes in words. */
export interface Mutated {
  document: Mapping;
  changes: string[];
}

/** A way to vary a strategy at random; the file's name is its name. What costs, dates and symbols say is never varied. */
export interface Mutation {
  readonly name: string;
  /** One sentence. */
  readonly does: string;
  /** Of a document of version 4, which stays as it is; null where it has nothing that this could change. */
  mutate(document: Mapping, random: Random): Mutated | null;
}

/** One of them; undefined of none. */
export function pick<Item>(items: readonly Item[], random: Random): Item | undefined {
  return items[Math.floor(random() * items.length)];
}

/** To three significant digits, as a person would write it. */
export function plain(value: number): number {
  return Number(value.toPrecision(3));
}
