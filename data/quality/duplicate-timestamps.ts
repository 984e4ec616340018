import type { QualityRule } from '../quality.ts';

/** Rows of the imported file that stood twice. The store itself holds each time once. */
export const duplicateTimestamps: QualityRule = {
  rule: 'duplicate_timestamps',
  title: 'Rows that stood twice in the file and were dropped on request',
  source: 'the repairs recorded by the import; two downloads joined with an overlap leave such rows',
  check({ repairs }) {
    const dropped = repairs.filter((repair) => repair.rule === 'duplicate_timestamps');
    if (dropped.length === 0) return null;
    return {
      rule: 'duplicate_timestamps',
      severity: 'warning',
      count: dropped.length,
      first_at: null,
      examples: dropped.slice(0, 5).map((repair) => `line ${repair.line}: ${repair.message}`),
      hint: 'Exact duplicates were dropped at import. See whether the source joins overlapping downloads.',
    };
  },
};
