import { formatDate } from '@stratlab/data/instant.ts';
import { type Markup, markup } from './markup.ts';
import { page } from './page.ts';
import type { BacktestReport } from './report-data.ts';
import { backtest } from './sections/backtest.ts';
import { costs } from './sections/costs.ts';
import { reproduction } from './sections/notes.ts';
import { syntheticWarning } from './sections/summary.ts';
import { strategy, testedBars } from './sections/tested.ts';
import { plainVerdict } from './verdict.ts';

/** Rows of trades from the beginning and from the end, so that the page stays small enough to send. */
const tradesShown = 50;

/**
 * One HTML page about one backtest: the verdict first, then its figures beside the baselines, curves, trades and costs,
 * and what they rest on. The same data give the same bytes.
 */
export function backtestReport(data: BacktestReport): string {
  return page(
    `${heading(data)}: backtest report`,
    markup`${opening(data)}
${backtest(data.backtest, { drawn: true, alone: true, tradesShown })}
${costs(data.backtest)}
${testedBars(data)}
${strategy(data.strategy)}
${reproduction(data.hashes, data.reproduction)}`,
  );
}

function heading({ backtest: { strategy: name, version, symbol, timeframe } }: BacktestReport): string {
  return `${name} v${version} on ${symbol} ${timeframe}`;
}

function opening(data: BacktestReport): Markup {
  const { backtest: result, summary, createdAt, experimentId } = data;
  const verdict = plainVerdict(result);
  return markup`${result.synthetic ? syntheticWarning() : null}<header>
<div class="kicker">Backtest ${result.id} · ${formatDate(createdAt)}${experimentId === null ? null : ` · ${experimentId}`}</div>
<h1>${heading(data)}</h1>
<div class="verdict ${verdict.finding}"><strong>${verdict.headline}</strong>${verdict.detail}</div>
<p>${summary}</p>
</header>`;
}
