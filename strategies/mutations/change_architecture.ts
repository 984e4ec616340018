import type { Random } from '@stratlab/data/random.ts';
import { put } from '../document-path.ts';
import { isMapping, type Mapping, mappingOr } from '../mapping.ts';
import { type Mutated, type Mutation, pick } from '../mutation.ts';

const mostLayers = 4;
const [smallest, largest] = [2, 256];

/** Works on what the document says of its network; a network that says nothing of layers has nothing to change. */
export const changeArchitecture: Mutation = {
  name: 'change_architecture',
  does: 'Halves or doubles the layers of the network, or adds or drops one.',
  mutate(document, random) {
    if (!isMapping(document.model)) return null;
    const { hidden_layers: layers, hidden_size: size } = mappingOr(document.model.architecture);
    if (Array.isArray(layers) && layers.every(isSize)) return withLayers(document, layers, random);
    if (!isSize(size)) return null;
    const to = sized(size, random() < 0.5 ? 0.5 : 2);
    return to === size ? null : changed(document, 'hidden_size', size, to);
  },
};

function withLayers(document: Mapping, layers: readonly number[], random: Random): Mutated | null {
  const last = layers.at(-1) ?? smallest;
  const variants = [
    layers.map((size) => sized(size, 2)),
    layers.map((size) => sized(size, 0.5)),
    [...layers, sized(last, 0.5)],
    layers.slice(0, -1),
  ].filter((variant) => variant.length > 0 && variant.length <= mostLayers && String(variant) !== String(layers));
  const chosen = pick(variants, random);
  return chosen === undefined ? null : changed(document, 'hidden_layers', layers, chosen);
}

function changed(document: Mapping, key: string, from: unknown, to: unknown): Mutated {
  const path = ['model', 'architecture', key];
  const words = `${path.join('.')}: ${JSON.stringify(from)} → ${JSON.stringify(to)}`;
  return { document: mappingOr(put(document, {}, path, to)), changes: [words] };
}

function sized(size: number, factor: number): number {
  return Math.min(largest, Math.max(smallest, Math.round(size * factor)));
}

function isSize(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) > 0;
}
