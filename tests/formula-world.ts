import { type Bars, barCount } from '@stratlab/data/bars.ts';
import { seededRandom } from '@stratlab/data/random.ts';
import { evaluateFormula, type FormulaContext, type FormulaScope, readFormula } from '@stratlab/strategies/formula.ts';

const hourMs = 3_600_000;

/** Hourly bars of a random walk from 2021-03-01. */
export function walk(rows: number, seed: number, scale = 0.01): Bars {
  const random = seededRandom(seed);
  const column = () => new Float64Array(rows);
  const bars = { time: column(), open: column(), high: column(), low: column(), close: column(), volume: column() };
  let price = 100;
  for (let i = 0; i < rows; i++) {
    bars.time[i] = Date.UTC(2021, 2, 1) + i * hourMs;
    bars.open[i] = price * (1 + scale * (random() - 0.5));
    bars.close[i] = price *= 1 + 2 * scale * (random() - 0.5);
    bars.high[i] = Math.max(bars.open[i], bars.close[i]) * (1 + scale * random());
    bars.low[i] = Math.min(bars.open[i], bars.close[i]) * (1 - scale * random());
    bars.volume[i] = Math.floor(1000 * random());
  }
  return bars;
}

export function context(bars: Bars, more: Partial<FormulaContext> = {}): FormulaContext {
  return { bars, timeframe: '1h', barsPerYear: 6000, columns: () => undefined, parameters: {}, ...more };
}

export function evaluate(text: string, over: FormulaContext): number[] {
  return [...evaluateFormula(readFormula(text), over)];
}

/** Bars that close at these prices. */
export function closes(...close: number[]): FormulaContext {
  const bars = walk(close.length, 1);
  return context({ ...bars, close: Float64Array.from(close) });
}

export const openScope: FormulaScope = {
  columns: ['rsi_14', 'adx_14.adx', 'adx_14.plus_di'],
  parameters: { fast: 10, share: 0.5 },
  signal: true,
  state: true,
};

/** Every `step`-th bar as one coarser bar, and the row that had closed by each base bar. */
export function coarser(bars: Bars, step: number): { bars: Bars; rows: Int32Array } {
  const take = (column: Float64Array) => column.filter((_, i) => i % step === step - 1);
  const { time, open, high, low, close, volume } = bars;
  return {
    bars: {
      time: take(time),
      open: take(open),
      high: take(high),
      low: take(low),
      close: take(close),
      volume: take(volume),
    },
    rows: Int32Array.from({ length: barCount(bars) }, (_, i) => Math.floor((i + 1) / step) - 1),
  };
}
