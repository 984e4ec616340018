import { readFileSync } from 'node:fs';
import { type Bars, mapColumns } from '@stratlab/data/bars.ts';
import { giveBack } from '@stratlab/strategies/columns.ts';
import { runIndicator } from '@stratlab/strategies/indicator.ts';
import { findIndicator } from '@stratlab/strategies/indicators/index.ts';

/** The lab's side of `bench/indicators.ts`: called as reference/indicators.c is, and answering in the same way. */
const names = ['rsi', 'macd', 'atr', 'bollinger', 'adx', 'stddev'];

const [file, ...rest] = process.argv.slice(2);
const [allRows, rows, repeats] = rest.map(Number);
const keeps = rest.at(-1) === 'kept';
const bars = readBars();
const computations = names.map((name) => ({ name, compute: catalogued(name) }));
const warmUpRows = 3_000_000;
for (const { compute } of computations) for (let row = 0; row < warmUpRows; row += rows) giveBack(...compute());
const runs = computations.map(({ name, compute }) => [name, measured(compute)]);
process.stdout.write(JSON.stringify(Object.fromEntries(runs)));

function readBars(): Bars {
  const bytes = readFileSync(file);
  const column = (k: number) => new Float64Array(bytes.buffer, bytes.byteOffset + 8 * k * allRows, rows).slice();
  const [high, low, close] = [0, 1, 2].map(column);
  const unread = new Float64Array(rows);
  return { ...mapColumns(() => unread), high, low, close };
}

/** An indicator of the public catalogue at its defaults, as a strategy computes it. */
function catalogued(name: string): () => Float64Array[] {
  const indicator = findIndicator(name);
  if (indicator === undefined) throw new Error(`The catalogue has no ${name}.`);
  const parameters = Object.fromEntries(
    Object.entries(indicator.parameters).map(([parameter, declared]) => [parameter, declared.default]),
  );
  const series = Object.fromEntries(Object.keys(indicator.inputs).map((input) => [input, bars.close]));
  return () => runIndicator(indicator, { bars, series }, parameters);
}

/** Results go back after each run, as Python frees them, or are kept to the end of the runs. */
function measured(compute: () => Float64Array[]): { ms: number[]; last: number[] } {
  const last = compute().map((output) => output[output.length - 1]);
  const kept: Float64Array[][] = [];
  const ms = Array.from({ length: repeats }, () => {
    const begun = performance.now();
    const outputs = compute();
    if (keeps) kept.push(outputs);
    else giveBack(...outputs);
    return performance.now() - begun;
  });
  return { ms, last };
}
