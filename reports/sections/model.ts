import { loss } from '../charts/loss.ts';
import { count, fixed, percent, shortHash, unknown } from '../format.ts';
import { Markup, markup } from '../markup.ts';
import type { ReportedModel } from '../report-data.ts';
import { table } from '../table.ts';
import { inWords } from '../verdict.ts';

/** How a model was trained, and how well it names the classes beside always naming the most frequent one. */
export function model(trained: ReportedModel): Markup {
  const { id, strategy, type, engine, seed, hash, features, history, bestEpoch, stoppedEarly } = trained;
  const ended = stoppedEarly ? 'stopped early' : 'ran to its last epoch';
  return markup`<section><h2>Model ${id}</h2>
<p class="note">${type} for ${strategy}, engine ${engine}, seed ${seed}, ${count(features.length)} features, ${count(history.length)} epochs, ${ended}. Weights <code title="${hash}">${shortHash(hash)}</code></p>
${splitTable(trained)}
<figure>${new Markup(loss.draw({ title: 'Loss', subtitle: `${type}, seed ${seed}`, history, bestEpoch }))}</figure>
<h3>Features</h3><p class="note">${features.map((name, k) => [k === 0 ? '' : ', ', markup`<code>${name}</code>`])}</p>
</section>
`;
}

function splitTable({ splits }: ReportedModel): Markup {
  const names = [...new Set(Object.values(splits).flatMap((figures) => Object.keys(figures)))];
  const columns = [{ title: 'Part' }, ...names.map((name) => ({ title: capitalised(inWords(name)), numeric: true }))];
  const rows = Object.entries(splits).map(([part, figures]) => [
    part,
    ...names.map((name) => splitFigure(name, figures[name])),
  ]);
  return markup`${table(columns, rows)}
<p class="note">An accuracy is worth something only above that of always naming the majority class. The test part was not used in training.</p>`;
}

function splitFigure(name: string, value: number | null | undefined): string {
  if (value === null || value === undefined) return unknown;
  if (name.endsWith('accuracy')) return percent(value);
  return name === 'rows' ? count(value) : fixed(value, 4);
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
