import { mappingOr } from '../mapping.ts';
import { middleOf } from '../membership-points.ts';
import { withMovedSets } from '../moved-sets.ts';
import { type Mutation, pick, plain } from '../mutation.ts';

/** All sets of one variable by one factor, each about its middle; two times in three they become wider. */
export const widenSets: Mutation = {
  name: 'widen_sets',
  does: 'Makes all sets of one fuzzy variable 1.1 to 1.6 times as wide, or as much narrower.',
  mutate(document, random) {
    const id = pick(Object.keys(mappingOr(document.fuzzy_sets)), random);
    if (id === undefined) return null;
    const factor = plain(1.1 + 0.5 * random());
    const scale = random() < 2 / 3 ? factor : 1 / factor;
    const changed = withMovedSets(document, id, (type, points) => ({
      scale,
      shift: (1 - scale) * middleOf(type, points),
    }));
    const words = scale > 1 ? `${factor} times as wide` : `narrower by a factor of ${factor}`;
    return changed && { document: changed, changes: [`fuzzy_sets.${id}: every set ${words}`] };
  },
};
