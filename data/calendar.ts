import type { Timeframe } from './timeframe.ts';

/** When a market trades. Sessions are named by their date (epoch milliseconds of 00:00Z of the exchange's date). */
export interface Calendar {
  readonly name: string;
  /** Where the rules come from. */
  readonly source: string;
  /** IANA zone in which `opens` and `closes` are read. */
  readonly timeZone: string;
  /** Sessions a year that daily figures are annualised by: 252, 260, 365. */
  readonly sessionsPerYear: number;
  /** The date (00:00Z) of the session that a bar starting at this instant belongs to. */
  sessionOf(epochMs: number): number;
  /** Starts of every bar of this timeframe that the market could print in [from, to], in order. */
  expectedBars(timeframe: Timeframe, from: number, to: number): Float64Array;
  /** Expected bars a year, for per-bar figures. */
  barsPerYear(timeframe: Timeframe): number;
}
