import type { MetricUnit } from '@stratlab/backtests/metric.ts';
import { metrics } from '@stratlab/backtests/metrics/index.ts';
import { formatDate } from '@stratlab/data/instant.ts';
import { drawdown } from '../charts/drawdown.ts';
import { equity } from '../charts/equity.ts';
import { returns } from '../charts/returns.ts';
import { trades as tradesChart } from '../charts/trades.ts';
import type { Curve } from '../curve.ts';
import { count, figure, money } from '../format.ts';
import { type Insert, Markup, markup } from '../markup.ts';
import type { ReportedBacktest, Rival } from '../report-data.ts';
import { facts, table } from '../table.ts';
import { inWords, plainVerdict } from '../verdict.ts';
import { trades } from './trades.ts';

interface Presentation {
  drawn: boolean;
  /** Whether it is the only one, and its verdict said already. */
  alone: boolean;
  /** Rows of trades from the beginning and from the end. */
  tradesShown?: number;
}

/** One backtest: its verdict, figures beside the baselines, evidence, curves, trades, and what the simulator assumed. */
export function backtest(result: ReportedBacktest, { drawn, alone, tradesShown }: Presentation): Markup {
  const verdict = plainVerdict(result);
  return markup`<section><h2>${result.strategy} v${result.version} on ${result.symbol} ${result.timeframe} ${result.synthetic ? markup`<span class="badge caution">SYNTHETIC</span>` : null}</h2>
<p class="note">${result.id}, ${result.segment} bars ${formatDate(result.start)} to ${formatDate(result.end)}, ${inWords(result.sample)}, start ${money(result.initialCapital, result.currency)}${result.modelId === null ? null : `, ${result.modelId}`}</p>
${alone ? null : markup`<div class="verdict ${verdict.finding}"><strong>${verdict.headline}</strong>${verdict.detail}</div>`}
<h3>Beside its baselines, after costs</h3>
${comparison(result)}
${warnings(result.warnings)}
<h3>Evidence</h3>
${evidence(result)}
${drawn ? curves(result) : null}
<h3>All figures of the strategy</h3>
${allFigures(result)}
${trades(result.trades, result.currency, tradesShown)}
<h3>What the simulator assumed</h3>
${facts(flattened(result.execution))}
</section>
`;
}

function comparison(result: ReportedBacktest): Markup {
  const { metrics: own, benchmark, baselines } = result;
  const columns = [
    { title: '' },
    { title: 'Total return', numeric: true },
    { title: 'Sharpe ratio', numeric: true },
    { title: 'Max drawdown', numeric: true },
  ];
  const row = (
    name: string,
    { total_return, sharpe, max_drawdown }: Pick<Rival, 'total_return' | 'sharpe' | 'max_drawdown'>,
  ) => [name, figure(total_return, 'fraction'), figure(sharpe, 'ratio'), figure(max_drawdown, 'fraction')];
  const strategy = { total_return: own.total_return, sharpe: own.sharpe, max_drawdown: own.max_drawdown };
  const rows = [
    row(`${result.strategy} v${result.version}`, strategy),
    row(`${inWords(benchmark.name)} (benchmark)`, benchmark),
    ...baselines.map((rival) => row(inWords(rival.name), rival)),
  ];
  const unknownSharpe = [benchmark, ...baselines].some((rival) => rival.sharpe === null);
  return markup`${table(columns, rows, (k) => k === 0)}
${unknownSharpe ? markup`<p class="note">– a Sharpe ratio of returns that do not vary is not defined.</p>` : null}`;
}

function evidence({ evidence: found, trials, metrics: own }: ReportedBacktest): Markup {
  return markup`<div class="tiles">
<div><b>${inWords(found.verdict)}</b><span>strength of the evidence</span></div>
<div><b>${figure(found.adjusted_p, 'probability')}</b><span>p, adjusted for trials</span></div>
<div><b>${count(trials.family)}</b><span>trials in this family, ${figure(trials.effective, 'count')} effective</span></div>
<div><b>${figure(own.trades, 'count')}</b><span>trades</span></div>
<div><b>${figure(own.costs_paid, 'money')}</b><span>costs paid</span></div>
</div>
<p>${found.reason}</p>`;
}

function warnings(texts: readonly string[]): Insert {
  if (texts.length === 0) return null;
  return markup`<ul class="warnings">${texts.map((text) => markup`<li><span class="badge caution">warning</span> ${text}</li>`)}</ul>`;
}

/** Every metric that is given, in the order of the catalogue; reasons of those without a value below. */
function allFigures({ metrics: own, undefinedMetrics }: ReportedBacktest): Markup {
  const known = new Map<string, { title: string; unit: MetricUnit }>(metrics.map((metric) => [metric.name, metric]));
  const reasons: string[] = [];
  const pairs = Object.entries(own).map(([name, value]) => {
    const { title, unit } = known.get(name) ?? { title: inWords(name), unit: 'ratio' };
    if (value !== null) return [title, figure(value, unit)] as const;
    reasons.push(`${title}: ${undefinedMetrics[name] ?? 'not known'}`);
    return [title, markup`${figure(null, unit)}<sup>${reasons.length}</sup>`] as const;
  });
  const notes = reasons.map((text, k) => markup`<div><sup>${k + 1}</sup> ${text}</div>`);
  return markup`${facts(pairs)}${reasons.length === 0 ? null : markup`<div class="note">${notes}</div>`}`;
}

function curves(result: ReportedBacktest): Markup {
  const { time, close, sessions, stretches, currency } = result;
  const subtitle = `${result.symbol} ${result.timeframe}, ${formatDate(result.start)} to ${formatDate(result.end)}, costs included`;
  const all = reportedCurves(result);
  const withBenchmark = all.filter((curve) => curve.role !== 'baseline');
  const pictures = [
    equity.draw({ title: 'Equity', subtitle, curves: all, stretches, ...(currency !== undefined && { currency }) }),
    drawdown.draw({ title: 'Drawdown', subtitle, curves: withBenchmark }, { width: 800, height: 320 }),
  ];
  if (close !== undefined) {
    pictures.push(tradesChart.draw({ title: 'Trades', subtitle, time, close, trades: result.trades }));
  }
  if (sessions !== undefined) pictures.push(returns.draw({ title: 'Returns', subtitle, sessions }));
  return markup`${pictures.map((svg) => markup`<figure>${new Markup(svg)}</figure>`)}`;
}

function reportedCurves({
  strategy,
  version,
  time,
  equity: own,
  initialCapital,
  benchmark,
  baselines,
}: ReportedBacktest): Curve[] {
  const rival = (role: 'benchmark' | 'baseline', { name, equity: its }: Rival): Curve[] =>
    its === undefined ? [] : [{ name: inWords(name), role, time, equity: its, initialCapital }];
  return [
    { name: `${strategy} v${version}`, role: 'strategy', time, equity: own, initialCapital },
    ...rival('benchmark', benchmark),
    ...baselines.flatMap((one) => rival('baseline', one)),
  ];
}

/** Settings by dotted path, what is switched off left out. */
function flattened(settings: Readonly<Record<string, unknown>>, path = ''): [string, string][] {
  return Object.entries(settings).flatMap(([key, value]): [string, string][] => {
    if (value === null || value === undefined) return [];
    if (typeof value !== 'object') return [[path + key, String(value)]];
    return flattened({ ...value }, `${path}${key}.`);
  });
}
