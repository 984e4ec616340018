import { isMapping, mappingOr } from '../mapping.ts';
import { type Mutation, pick } from '../mutation.ts';

/** Of the inputs of a model or of the fuzzy rules; one is left at least. */
export const dropInput: Mutation = {
  name: 'drop_input',
  does: 'Leaves out one input of the model, or one of the fuzzy rules.',
  mutate(document, random) {
    const key = isMapping(document.model) ? 'nn_inputs' : 'fuzzy_rules';
    const { [key]: list } = document;
    if (!Array.isArray(list) || list.length < 2) return null;
    const dropped = pick([...list.keys()], random);
    const kept = list.filter((_, place) => place !== dropped);
    const words = `${key}: without ${inWords(mappingOr(list[dropped ?? 0]))}`;
    return { document: { ...document, [key]: kept }, changes: [words] };
  },
};

function inWords(entry: Readonly<Record<string, unknown>>): string {
  return String(entry.fuzzy_set ?? entry.raw_indicator ?? `"${entry.if}"`);
}
