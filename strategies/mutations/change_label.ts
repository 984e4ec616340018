import { put } from '../document-path.ts';
import { labelKind } from '../label-kind.ts';
import { labels, parseLabel } from '../labels/index.ts';
import { isMapping, mappingOr } from '../mapping.ts';
import { type Mutation, pick } from '../mutation.ts';

/** One that gives classes where classes were learnt, numbers where numbers were, at its defaults. */
export const changeLabel: Mutation = {
  name: 'change_label',
  does: 'Lets the model learn another label of the same kind, at its default settings.',
  mutate(document, random) {
    if (!isMapping(document.model)) return null;
    const { labels: given = { source: 'next_direction' } } = mappingOr(document.training);
    const now = parseLabel(given, 'training.labels');
    if ('problems' in now) return null;
    const kind = labelKind(now);
    const others = labels.filter(({ source }) => {
      const other = source === now.source ? undefined : parseLabel({ source }, 'training.labels');
      return other !== undefined && !('problems' in other) && labelKind(other) === kind;
    });
    const chosen = pick(others, random);
    if (chosen === undefined) return null;
    const changed = mappingOr(put(document, {}, ['training', 'labels'], { source: chosen.source }));
    return { document: changed, changes: [`training.labels: ${now.source} → ${chosen.source}`] };
  },
};
