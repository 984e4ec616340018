import type { QualityRule } from '../quality.ts';

/** Rows of the imported file that stood after later ones. The store itself is always in order. */
export const outOfOrder: QualityRule = {
  rule: 'out_of_order',
  title: 'Rows that stood out of order in the file and were sorted on request',
  source: 'the repairs recorded by the import; sorting restores what the file says, so this is information',
  check({ repairs }) {
    const moved = repairs.filter((repair) => repair.rule === 'out_of_order');
    if (moved.length === 0) return null;
    return {
      rule: 'out_of_order',
      severity: 'info',
      count: moved.length,
      first_at: null,
      examples: moved.slice(0, 5).map((repair) => `line ${repair.line}: ${repair.message}`),
      hint: 'The rows were sorted by time at import; nothing else was changed.',
    };
  },
};
