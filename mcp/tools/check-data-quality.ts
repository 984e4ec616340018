import { checkDataQuality } from '@stratlab/lab/check-data-quality.ts';
import { z } from 'zod';
import { barsSeen, finding, grade, readOnly, symbol, verdictOf } from '../data-fields.ts';
import { timeframe } from '../fields.ts';
import { defineTool } from '../tool.ts';

export const checkDataQualityTool = defineTool({
  name: 'check_data_quality',
  title: 'Check data quality',
  toolset: 'data',
  description: {
    does: 'Judges the bars of a series that may be seen: gaps, splits, spikes, stale prices, shifted sessions.',
    useWhen: 'results on a series look too good, or before believing anything on a series of grade C or worse.',
    next: 'follow the hint of each finding: other dates, another fill, another series.',
    example: { symbol: 'SPX', timeframe: '1d' },
  },
  input: z.strictObject({ symbol, timeframe }),
  output: z.object({
    ...barsSeen,
    calendar: z.string(),
    grade,
    findings: z.array(finding),
    missing_bars: z.int(),
  }),
  annotations: readOnly,
  run(lab, input) {
    const checked = checkDataQuality(lab, input);
    const { symbol, timeframe, data_points } = checked;
    const verdict = verdictOf(checked);
    return { summary: `${capital(verdict)}, over ${data_points} bars of ${symbol} ${timeframe}.`, ...checked };
  },
});

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
