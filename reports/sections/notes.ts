import { shortHash } from '../format.ts';
import { type Insert, type Markup, markup } from '../markup.ts';
import type { ExperimentReport, ReportedInsight, Reproduction } from '../report-data.ts';
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

/** The hashes of all that an experiment used. */
export function hashesOf({ series, strategies, models }: ExperimentReport): [name: string, hash: string][] {
  return [
    ...series.map((one): [string, string] => [`Bars ${one.symbol} ${one.timeframe}`, one.hash]),
    ...strategies.map((one): [string, string] => [`Strategy ${one.name} v${one.version}`, one.fingerprint]),
    ...models.map((one): [string, string] => [`Model ${one.id}, seed ${one.seed}`, one.hash]),
  ];
}

/** What must be the same for the same bytes to come out again. */
export function reproduction(hashes: readonly (readonly [name: string, hash: string])[], how: Reproduction): Markup {
  const versions = Object.entries({ 'Code of the lab': how.code, ...how.versions });
  return markup`<section><h2>How to reproduce this</h2>
<p>The same bars, strategy, model, code and seed give the same bytes.</p>
${facts([...hashes.map(([name, hash]) => [name, hashed(hash)] as const), ...versions])}
${how.command === null ? null : markup`<pre>${how.command}</pre>`}
</section>`;
}

function hashed(hash: string): Markup {
  return markup`<code title="${hash}">${shortHash(hash)}</code>`;
}
