const blocks = '▁▂▃▄▅▆▇█';

/** A series as one line of block characters, at most `width` of them, each the mean of its stretch. A blank: not known. */
export function sparkline(values: ArrayLike<number>, width = 40): string {
  const means = stretchMeans(values, Math.min(width, values.length));
  const known = means.filter(Number.isFinite);
  const low = Math.min(...known);
  const high = Math.max(...known);
  return means.map((mean) => block(mean, low, high)).join('');
}

function stretchMeans(values: ArrayLike<number>, count: number): number[] {
  return Array.from({ length: count }, (_, k) => {
    const from = Math.floor((k * values.length) / count);
    const to = Math.floor(((k + 1) * values.length) / count);
    let sum = 0;
    let known = 0;
    for (let row = from; row < to; row++) {
      if (!Number.isFinite(values[row])) continue;
      sum += values[row];
      known++;
    }
    return known > 0 ? sum / known : Number.NaN;
  });
}

function block(value: number, low: number, high: number): string {
  if (!Number.isFinite(value)) return ' ';
  if (high === low) return blocks[3];
  return blocks[Math.min(7, Math.floor(((value - low) / (high - low)) * 8))];
}
