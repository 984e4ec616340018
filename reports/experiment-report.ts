import { markup } from './markup.ts';
import { page } from './page.ts';
import type { ExperimentReport } from './report-data.ts';
import { backtest } from './sections/backtest.ts';
import { model } from './sections/model.ts';
import { hashesOf, insights, reproduction } from './sections/notes.ts';
import { summary } from './sections/summary.ts';
import { bars, strategy } from './sections/tested.ts';

/** Backtests beyond these are reported without charts, so that the file stays small enough to send. */
const charted = 10;

/**
 * One HTML file that says what was asked, what came out and what it rests on: the verdict first, then each result
 * beside its baselines, then strategy, bars, model and how to reproduce it. The same data give the same bytes.
 */
export function experimentReport(data: ExperimentReport): string {
  return page(
    `${data.experiment.name}: experiment report`,
    markup`${summary(data)}
${data.backtests.map((result, k) => backtest(result, { drawn: k < charted, alone: data.backtests.length === 1 }))}
${data.strategies.map(strategy)}
${bars(data.series)}
${data.models.map(model)}
${insights(data.insights)}
${reproduction(hashesOf(data), data.reproduction)}`,
  );
}
