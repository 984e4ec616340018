import { put } from '../document-path.ts';
import type { ChosenLabel } from '../label.ts';
import { labelKind, namesSides } from '../label-kind.ts';
import { labels, parseLabel } from '../labels/index.ts';
import { isMapping, mappingOr } from '../mapping.ts';
import { type Mutation, pick } from '../mutation.ts';

/**
 * One at its defaults that gives numbers where numbers were learnt, sides of the market where sides were, states of it
 * where states were: what is traded stays so.
 */
export const changeLabel: Mutation = {
  name: 'change_label',
  does: 'Lets the model learn another label of the same kind, at its default settings.',
  mutate(document, random) {
    if (!isMapping(document.model)) return null;
    const { labels: given = { source: 'next_direction' } } = mappingOr(document.training);
    const now = parseLabel(given, 'training.labels');
    if ('problems' in now) return null;
    const others = labels.filter(({ source }) => {
      const other = source === now.source ? undefined : parseLabel({ source }, 'training.labels');
      return other !== undefined && !('problems' in other) && saysAlike(other, now);
    });
    const chosen = pick(others, random);
    if (chosen === undefined) return null;
    const changed = mappingOr(put(document, {}, ['training', 'labels'], { source: chosen.source }));
    return { document: changed, changes: [`training.labels: ${now.source} → ${chosen.source}`] };
  },
};

function saysAlike(a: ChosenLabel, b: ChosenLabel): boolean {
  return labelKind(a) === labelKind(b) && namesSides(a.classes ?? []) === namesSides(b.classes ?? []);
}
