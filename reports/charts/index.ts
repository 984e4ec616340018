import { drawdown } from './drawdown.ts';
import { equity } from './equity.ts';
import { fuzzySets } from './fuzzy-sets.ts';
import { loss } from './loss.ts';
import { market } from './market.ts';
import { reliability } from './reliability.ts';
import { returns } from './returns.ts';
import { trades } from './trades.ts';

/** Every kind of chart, in the order in which they are offered. */
export const charts = [equity, drawdown, trades, returns, loss, reliability, fuzzySets, market] as const;

export type ChartKind = (typeof charts)[number]['kind'];
export const chartKinds: readonly ChartKind[] = charts.map((chart) => chart.kind);
