import { shortHash } from '../format.ts';
import { type Insert, type Markup, markup } from '../markup.ts';
import type { ExperimentReport, ReportedInsight } from '../report-data.ts';
import { facts } from '../table.ts';

/** What was learned, for later experiments. */
export function insights(saved: readonly ReportedInsight[]): Insert {
  if (saved.length === 0) return null;
  return markup`<section><h2>Insights saved</h2>
<ul>${saved.map(
    ({ id, category, content, importance, tags }) =>
      markup`<li><span class="badge">${category}</span> ${content} <span class="note">importance ${importance} of 10${tags.map((tag) => `, ${tag}`)}; ${id}</span></li>`,
  )}</ul></section>
`;
}

/** What must be the same for the same bytes to come out again. */
export function reproduction({ series, strategies, models, reproduction: how }: ExperimentReport): Markup {
  const hashes: [string, Insert][] = [
    ...series.map((one): [string, Insert] => [`Bars ${one.symbol} ${one.timeframe}`, hashed(one.hash)]),
    ...strategies.map((one): [string, Insert] => [`Strategy ${one.name} v${one.version}`, hashed(one.fingerprint)]),
    ...models.map((one): [string, Insert] => [`Model ${one.id}, seed ${one.seed}`, hashed(one.hash)]),
  ];
  const versions = Object.entries({ 'Code of the lab': how.code, ...how.versions });
  return markup`<section><h2>How to reproduce this</h2>
<p>The same bars, strategy, model, code and seed give the same bytes.</p>
${facts([...hashes, ...versions])}
${how.command === null ? null : markup`<pre>${how.command}</pre>`}
</section>`;
}

function hashed(hash: string): Markup {
  return markup`<code title="${hash}">${shortHash(hash)}</code>`;
}
