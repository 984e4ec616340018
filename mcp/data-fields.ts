import { z } from 'zod';

/** Input fields of tools that read bars. */
export const symbol = z.string().min(1).max(64).describe('Symbol as list_market_data names it, in any case.');

export const dates = {
  start_date: z
    .string()
    .optional()
    .describe('First bar: YYYY-MM-DD, or a time with offset. The first there is where absent.'),
  end_date: z
    .string()
    .optional()
    .describe('Last bar, that day included. The last that may be seen where absent; beyond the seal is an error.'),
};

/** Output fields that say which bars an answer is about. */
export const barsSeen = {
  symbol: z.string(),
  timeframe: z.string(),
  data_points: z.int(),
  date_range: z.object({ start: z.string(), end: z.string() }),
};

export const finding = z.object({
  rule: z.string(),
  severity: z.enum(['info', 'warning', 'error']),
  count: z.int(),
  first_at: z.string().nullable(),
  examples: z.array(z.string()),
  hint: z.string(),
});

export const grade = z.enum(['A', 'B', 'C', 'D', 'F']);

export const readOnly = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false };

interface Graded {
  grade: string;
  findings: readonly { rule: string; severity: string }[];
}

/** `grade C: missing_bars, price_spike`, what is worse than a remark first. */
export function verdictOf({ grade, findings }: Graded): string {
  const rules = (severity: string) =>
    findings.filter((finding) => finding.severity === severity).map(({ rule }) => rule);
  const serious = [...rules('error'), ...rules('warning')];
  return `grade ${grade}: ${serious.length === 0 ? 'no fault found' : serious.join(', ')}`;
}
