/**
 * A factor per row that makes each class present count as much as any other: rows / (classes present x rows of the
 * class) (King and Zeng 2001; section 4.8 of Lopez de Prado 2018). `targets` holds class indices.
 */
export function balancedWeights(targets: Float64Array): Float64Array {
  const counts = new Map<number, number>();
  for (const target of targets) counts.set(target, (counts.get(target) ?? 0) + 1);
  return targets.map((target) => targets.length / (counts.size * (counts.get(target) ?? 0)));
}
