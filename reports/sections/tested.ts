import { formatDate } from '@stratlab/data/instant.ts';
import { fuzzySets } from '../charts/fuzzy-sets.ts';
import { count, shortHash, unknown } from '../format.ts';
import { type Insert, Markup, markup } from '../markup.ts';
import type { BacktestReport, ReportedSeries, ReportedStrategy } from '../report-data.ts';
import { facts, table } from '../table.ts';

/** The bars: where they come from, how long they are, what is sealed, how good they are. */
export function bars(series: readonly ReportedSeries[]): Insert {
  if (series.length === 0) return null;
  const columns = [
    { title: 'Series' },
    { title: 'Bars', numeric: true },
    { title: 'Visible span' },
    { title: 'Sealed from' },
    { title: 'Quality' },
    { title: 'Source' },
    { title: 'Hash' },
  ];
  const rows = series.map((one) => [
    [`${one.symbol} ${one.timeframe} `, one.synthetic ? markup`<span class="badge caution">SYNTHETIC</span>` : null],
    count(one.rows),
    `${formatDate(one.start)} to ${formatDate(one.end)}`,
    one.sealedFrom === null ? markup`<b>not sealed</b>` : formatDate(one.sealedFrom),
    one.grade ?? unknown,
    one.source,
    markup`<code title="${one.hash}">${shortHash(one.hash)}</code>`,
  ]);
  const findings = series.flatMap((one) => one.findings.map((text) => `${one.symbol} ${one.timeframe}: ${text}`));
  return markup`<section><h2>Bars</h2>
${table(columns, rows)}
${findings.length === 0 ? null : markup`<ul class="note">${findings.map((text) => markup`<li>${text}</li>`)}</ul>`}
</section>
`;
}

/** The bars of one backtest and what was sealed when it ran. */
export function testedBars({ backtest, bars: tested }: BacktestReport): Markup {
  const { timeframe, start, end, synthetic } = backtest;
  return markup`<section><h2>Bars and seal</h2>
${facts([
  ['Instruments', tested.symbols.join(', ')],
  ['Timeframe', timeframe],
  ['Bars', count(tested.count)],
  ['Sessions', count(tested.sessions)],
  ['First and last bar', `${formatDate(start)} to ${formatDate(end)}`],
  ['Sealed from', tested.sealedFrom === null ? markup`<b>not sealed</b>` : formatDate(tested.sealedFrom)],
  ['Market', synthetic ? markup`<span class="badge caution">SYNTHETIC</span>` : 'recorded'],
  ['Hash', markup`<code title="${tested.hash}">${shortHash(tested.hash)}</code>`],
])}
</section>
`;
}

/** A strategy as it is written, and its fuzzy sets. */
export function strategy({ name, version, fingerprint, yaml, fuzzyVariables }: ReportedStrategy): Markup {
  const sets =
    fuzzyVariables.length === 0
      ? null
      : markup`<figure>${new Markup(fuzzySets.draw({ title: 'Fuzzy sets', subtitle: 'Degree of membership; grey: how often values occurred', variables: fuzzyVariables }))}</figure>`;
  return markup`<section><h2>Strategy ${name} v${version}</h2>
<p class="note">Fingerprint <code>${fingerprint}</code></p>
<pre>${yaml}</pre>
${sets}</section>
`;
}
