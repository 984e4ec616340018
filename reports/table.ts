import { type Insert, type Markup, markup } from './markup.ts';

export interface Column {
  readonly title: string;
  /** Numbers stand to the right. */
  readonly numeric?: boolean;
}

/** A table; rows have one cell per column. `strong` rows are set off. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Insert[])[],
  strong: (row: number) => boolean = () => false,
): Markup {
  const classOf = (k: number) => (columns[k].numeric ? markup` class="number"` : null);
  return markup`<div class="wide"><table>
<thead><tr>${columns.map(({ title }, k) => markup`<th${classOf(k)}>${title}</th>`)}</tr></thead>
<tbody>${rows.map(
    (cells, row) => markup`
<tr${strong(row) ? markup` class="strong"` : null}>${cells.map((cell, k) => markup`<td${classOf(k)}>${cell}</td>`)}</tr>`,
  )}
</tbody></table></div>`;
}

/** Names with their values, side by side. */
export function facts(pairs: readonly (readonly [name: string, value: Insert])[]): Markup {
  return markup`<dl class="facts">${pairs.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}
