import type { Bars } from './bars.ts';
import type { Calendar } from './calendar.ts';
import { qualityRules } from './quality/index.ts';
import type { Timeframe } from './timeframe.ts';

export const ruleNames = [
  'missing_bars',
  'duplicate_timestamps',
  'out_of_order',
  'ohlc_inconsistent',
  'non_positive_price',
  'negative_volume',
  'stale_run',
  'likely_split',
  'price_spike',
  'session_drift',
  'open_equals_previous_close',
  'no_volume',
  'unfinished_last_bar',
] as const;
export type RuleName = (typeof ruleNames)[number];

export type Severity = 'info' | 'warning' | 'error';
export type Grade = 'A' | 'B' | 'C' | 'D' | 'F';

/** A change that an import made on request: a row sorted in, an exact duplicate dropped. */
export interface Repair {
  rule: 'duplicate_timestamps' | 'out_of_order';
  /** 1-based line of the file. */
  line: number;
  message: string;
}

export interface Finding {
  rule: RuleName;
  severity: Severity;
  /** Bars concerned; for `missing_bars` those that are not there, for repairs the lines mended. */
  count: number;
  /** ISO time of the first of them; null where they have none. */
  first_at: string | null;
  /** At most five: an ISO time or a line, and what was seen there. */
  examples: string[];
  hint: string;
}

export interface JudgedSeries {
  bars: Bars;
  timeframe: Timeframe;
  calendar: Calendar;
  repairs: readonly Repair[];
  /** The instant by which a bar must have ended to be complete: of the import or of the fetch. */
  now: number;
}

/** One thing that can be wrong with bars. Rules look at the series as a whole and change nothing. */
export interface QualityRule {
  readonly rule: RuleName;
  readonly title: string;
  /** Where the rule and its thresholds come from. */
  readonly source: string;
  /** The finding, or null where there is nothing to report. */
  check(series: JudgedSeries): Finding | null;
}

export interface QualityReport {
  grade: Grade;
  findings: Finding[];
  missing_bars: number;
}

/**
 * Applies every rule.
 *
 * Grades: A, nothing above `info`; B, warnings, each on at most 1 % of the bars; C, a warning on more; D, an error on at
 * most 1 % of the bars; F, an error on more. A warning asks for a look before results are believed; an error makes some
 * results wrong (impossible bars, an unadjusted split, shifted sessions, a tenth of the bars missing).
 */
export function judgeQuality(series: JudgedSeries): QualityReport {
  const findings = qualityRules.map((rule) => rule.check(series)).filter((finding) => finding !== null);
  const missing = findings.find((finding) => finding.rule === 'missing_bars')?.count ?? 0;
  return { grade: gradeOf(findings, series.bars.time.length), findings, missing_bars: missing };
}

function gradeOf(findings: Finding[], bars: number): Grade {
  const widest = (severity: Severity) =>
    Math.max(0, ...findings.filter((finding) => finding.severity === severity).map((finding) => finding.count));
  const errors = widest('error');
  if (errors > 0) return errors > bars / 100 ? 'F' : 'D';
  const warnings = widest('warning');
  if (warnings > 0) return warnings > bars / 100 ? 'C' : 'B';
  return 'A';
}
