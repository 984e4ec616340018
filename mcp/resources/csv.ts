/** A table of plain cells (no commas, no quotes) as CSV, its header first. */
export function csv(columns: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return [columns, ...rows].map((row) => `${row.join(',')}\n`).join('');
}
