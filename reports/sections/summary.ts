import { formatDate } from '@stratlab/data/instant.ts';
import { figure, percent, ratio } from '../format.ts';
import { type Insert, type Markup, markup } from '../markup.ts';
import type { ExperimentReport, ReportedBacktest, ReportedExperiment } from '../report-data.ts';
import { table } from '../table.ts';
import { inWords, overallVerdict, plainVerdict } from '../verdict.ts';

/** The hypothesis and what became of it. */
export function summary({ experiment, backtests, series }: ExperimentReport): Markup {
  const verdict = overallVerdict(backtests);
  const synthetic = series.some((one) => one.synthetic) || backtests.some((one) => one.synthetic);
  return markup`${synthetic ? syntheticWarning() : null}<header>
<div class="kicker">Experiment ${experiment.id} · ${dates(experiment)}${experiment.tags.map((tag) => [' ', markup`<span class="badge">${tag}</span>`])}</div>
<h1>${experiment.name}</h1>
<p class="hypothesis">${experiment.hypothesis}</p>
<div class="verdict ${verdict.finding}"><strong>${verdict.headline}</strong>${verdict.detail}</div>
${conclusion(experiment, verdict.finding === 'edge')}
${backtests.length > 1 ? overview(backtests) : null}
</header>`;
}

/** Stands above everything else. */
export function syntheticWarning(): Markup {
  return markup`<div class="loud"><strong>SYNTHETIC BARS.</strong> Prices here were made by a generator. Nothing in this report says anything about a real market.</div>
`;
}

function dates({ createdAt, endedAt }: ReportedExperiment): string {
  const from = formatDate(createdAt);
  return endedAt === null
    ? `${from}, still open`
    : formatDate(endedAt) === from
      ? from
      : `${from} to ${formatDate(endedAt)}`;
}

function conclusion({ outcome, conclusion: words, criterion }: ReportedExperiment, edge: boolean): Insert {
  const asked =
    criterion &&
    markup`<p class="note">Criterion set beforehand: ${inWords(criterion.metric)} of at least ${ratio(criterion.threshold)}.</p>`;
  if (outcome === null) return asked;
  const doubt =
    outcome === 'supported' && !edge
      ? markup`<p class="note"><span class="badge caution">note</span> No measured result shows an edge over the baselines with at least moderate evidence.</p>`
      : null;
  return markup`<p><b>The researcher’s conclusion: ${outcome}.</b> ${words ?? ''}</p>${doubt}${asked}`;
}

function overview(backtests: readonly ReportedBacktest[]): Markup {
  const columns = [
    { title: 'Result' },
    { title: 'Total return', numeric: true },
    { title: 'Sharpe', numeric: true },
    { title: 'Max drawdown', numeric: true },
    { title: 'Adjusted p', numeric: true },
    { title: 'Verdict' },
  ];
  const rows = backtests.map((backtest) => [
    markup`${backtest.strategy} v${backtest.version}, ${backtest.symbol} ${backtest.timeframe}, ${backtest.segment}`,
    figure(backtest.metrics.total_return, 'fraction'),
    figure(backtest.metrics.sharpe, 'ratio'),
    figure(backtest.metrics.max_drawdown, 'fraction'),
    figure(backtest.evidence.adjusted_p, 'probability'),
    shortVerdict(backtest),
  ]);
  return markup`<h3>All results of this experiment</h3>${table(columns, rows)}`;
}

function shortVerdict(backtest: ReportedBacktest): string {
  const words = { edge: 'edge', no_edge: 'no edge', unproven: 'not proven' };
  const holding = backtest.benchmark.total_return;
  const against = holding === null ? '' : `, ${inWords(backtest.benchmark.name)} ${percent(holding)}`;
  return `${words[plainVerdict(backtest).finding]}${against}`;
}
