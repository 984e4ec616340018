import { put } from './document-path.ts';
import { isMapping, type Mapping, mappingOr } from './mapping.ts';
import { type Move, movedPoints } from './membership-points.ts';
import { parseMembership } from './memberships/index.ts';

/**
 * The document with every set of one fuzzy-set id moved, each in the form it was written in; null where one is no
 * membership function or would be none.
 */
export function withMovedSets(
  document: Mapping,
  id: string,
  moveOf: (type: string, points: readonly number[]) => Move,
): Mapping | null {
  const { indicator, ...sets } = mappingOr(mappingOr(document.fuzzy_sets)[id]);
  const moved = Object.entries(sets).map(([name, entry]) => [name, movedSet(entry, moveOf)] as const);
  if (moved.length === 0 || moved.some(([, entry]) => entry === null)) return null;
  return mappingOr(put(document, {}, ['fuzzy_sets', id], { indicator, ...Object.fromEntries(moved) }));
}

function movedSet(entry: unknown, moveOf: (type: string, points: readonly number[]) => Move): unknown {
  const parsed = parseMembership(entry, '');
  if ('problems' in parsed) return null;
  const { membership, parameters } = parsed;
  const points = movedPoints(membership.type, parameters, moveOf(membership.type, parameters));
  if (points === undefined || membership.fault(points) !== null) return null;
  return isMapping(entry) ? { ...entry, parameters: points } : points;
}
