import { z } from 'zod';
import { type Bars, firstBarFrom } from './bars.ts';
import { LabError } from './error.ts';
import { dayMs, parseInstant } from './instant.ts';
import { type Timeframe, timeframeMs } from './timeframe.ts';

const state = {
  /** Bars that end after this instant may not be seen; null: nothing is sealed. Epoch milliseconds. */
  sealed_from: z.number().nullable(),
  /** `default`: by the rule of `defaultSeal`; the others are a person's choice. */
  chosen: z.enum(['default', 'none', 'date', 'fraction']),
  set_at: z.number(),
};

/** The instant from which an underlying's bars are kept for a final holdout: one for all its series. */
export const sealSchema = z.strictObject({
  underlying: z.string(),
  ...state,
  /** Every state it had, the present one last. */
  history: z.array(z.strictObject({ ...state, reason: z.string() })),
});
export type Seal = z.infer<typeof sealSchema>;

/** What a person asks of the seal at import; `date` in epoch milliseconds, `fraction` of the longest series. */
export type SealChoice =
  | { kind: 'default' }
  | { kind: 'none' }
  | { kind: 'date'; date: number }
  | { kind: 'fraction'; fraction: number };

/** What a stored series covers: start of its first bar to nominal end of its last, epoch milliseconds. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly synthetic: boolean;
}

/** Reads `none`, a date, or a fraction between 0 and 1. Throws `invalid_input`. */
export function parseSealChoice(text: string, path = 'seal'): SealChoice {
  if (text === 'none') return { kind: 'none' };
  if (/^\d{4}-/.test(text)) return { kind: 'date', date: parseInstant(text, path) };
  const fraction = /^0?\.\d+$/.test(text) ? Number(text) : 0;
  if (fraction > 0) return { kind: 'fraction', fraction };
  throw new LabError('invalid_input', `"${text}" is not a seal.`, {
    path,
    hint: 'Write none, the date from which bars are sealed (2018-01-01), or the fraction to seal (0.2).',
  });
}

/**
 * The seal of an underlying after a choice, given what its series cover. By itself (`default`) it is set, then only
 * moves earlier, and never touches a person's choice; a person's choice replaces it. The same object where nothing changes.
 */
export function nextSeal(
  underlying: string,
  existing: Seal | null,
  choice: SealChoice,
  spans: readonly Span[],
  now: number,
): Seal {
  if (choice.kind === 'default' && existing !== null && existing.chosen !== 'default') return existing;
  const sealed_from = choice.kind === 'default' ? earlier(existing, defaultSeal(spans)) : chosenSeal(choice, spans);
  if (existing !== null && existing.chosen === choice.kind && existing.sealed_from === sealed_from) return existing;
  const present = { sealed_from, chosen: choice.kind, set_at: now };
  const entry = { ...present, reason: reasonFor(choice, existing) };
  return { underlying, ...present, history: [...(existing?.history ?? []), entry] };
}

/** How many of the bars may be seen: those whose nominal end is not after the seal. */
export function visibleRows(bars: Bars, timeframe: Timeframe, sealedFrom: number | null): number {
  return sealedFrom === null ? bars.time.length : firstBarFrom(bars, sealedFrom - timeframeMs(timeframe) + 1);
}

const defaultFraction = 0.2;
const yearMs = 365.25 * dayMs;

/** The last fifth of the longest series that is not synthetic, at least a year where it has more than three; else null. */
function defaultSeal(spans: readonly Span[]): number | null {
  const longest = longestOf(spans.filter((span) => !span.synthetic));
  if (longest === null) return null;
  const length = longest.end - longest.start;
  const sealed = length > 3 * yearMs ? Math.max(yearMs, defaultFraction * length) : defaultFraction * length;
  return roundDown(longest.end - sealed, length);
}

function chosenSeal(choice: Exclude<SealChoice, { kind: 'default' }>, spans: readonly Span[]): number | null {
  if (choice.kind === 'none') return null;
  if (choice.kind === 'date') return choice.date;
  const longest = longestOf(spans);
  if (longest === null) return null;
  const length = longest.end - longest.start;
  return roundDown(longest.end - choice.fraction * length, length);
}

function longestOf(spans: readonly Span[]): Span | null {
  return spans.reduce<Span | null>(
    (best, span) => (best === null || span.end - span.start > best.end - best.start ? span : best),
    null,
  );
}

/** To the start of the UTC day, or of the minute where the series is so short that a day would matter. */
function roundDown(instant: number, length: number): number {
  const grain = length >= 100 * dayMs ? dayMs : 60_000;
  return Math.floor(instant / grain) * grain;
}

function earlier(existing: Seal | null, proposed: number | null): number | null {
  const instants = [existing?.sealed_from ?? null, proposed].filter((instant) => instant !== null);
  return instants.length === 0 ? null : Math.min(...instants);
}

function reasonFor(choice: SealChoice, existing: Seal | null): string {
  if (choice.kind !== 'default') return 'chosen by a person at import';
  return existing?.sealed_from == null
    ? 'set by default at import'
    : 'moved earlier by default: a longer series came in';
}
