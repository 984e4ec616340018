import { type Bars, mapColumns } from './bars.ts';
import { latestTime } from './check-bars.ts';
import { LabError } from './error.ts';
import { formatDate } from './instant.ts';
import { guessInstrument } from './instrument.ts';
import { normal, type Random, seededRandom } from './random.ts';
import { gridStart } from './resample.ts';
import type { NewSeries } from './series.ts';
import { type Timeframe, timeframeMs } from './timeframe.ts';

export interface MarketParameter {
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

/** Values of all declared parameters of a market. */
export type MarketParameters = Readonly<Record<string, number>>;

/** A synthetic market: prices by a known law, so that what a method finds in them can be judged. The file's name is its name. */
export interface Market {
  readonly name: string;
  readonly title: string;
  /** What can be predicted and from what; null where nothing can. */
  readonly edge: string | null;
  readonly parameters: Readonly<Record<string, MarketParameter>>;
  readonly source: string;
  /** What is wrong with these values together, or null. Each is checked against its range before. */
  fault?(parameters: MarketParameters): string | null;
  /** Logarithmic returns per bar; the first is 0. The same bits for the same seed, and more bars only add to the end. */
  returns(bars: number, seed: number, parameters: MarketParameters): Float64Array;
  /** Standard deviation of each return given the bars before it. */
  volatility(returns: Float64Array, parameters: MarketParameters): Float64Array;
}

export interface GenerateOptions {
  timeframe: Timeframe;
  bars: number;
  /** Unsigned 32-bit integer. */
  seed: number;
  /** Epoch milliseconds, moved back to the timeframe's grid; bars follow one another without a gap. */
  start?: number;
  /** Those not given have their default. */
  parameters?: Readonly<Record<string, number>>;
}

const defaultStart = Date.UTC(2000, 0, 3);
const firstClose = 100;
const longest = 5_000_000;

/** Share of a bar's variance that falls between the previous close and the open. */
const gapShare = 0.0025;

/**
 * Bars of a synthetic market. The closes follow the market's returns from 100. Within a bar the price is a Brownian bridge
 * from the previous close to the close: the open is its value early on, the high and the low are drawn from the exact
 * laws of its maximum and minimum (each by itself), so that no order inside a bar earns anything that the closes do not
 * hold. These draws and the volumes come from a second stream. Throws `invalid_input` and `limit_exceeded`.
 */
export function generateBars(market: Market, options: GenerateOptions): Bars {
  const { timeframe, seed, start = defaultStart } = options;
  const rows = checkCount(options.bars);
  const parameters = marketParameters(market, options.parameters);
  const returns = market.returns(rows, checkSeed(seed), parameters);
  const volatility = market.volatility(returns, parameters);
  const inside = seededRandom((seed ^ 0x9e3779b9) >>> 0);
  const bars = mapColumns(() => new Float64Array(rows));
  const origin = checkSpan(gridStart(start, timeframe), rows, timeframe);
  for (let i = 0; i < rows; i++) {
    const previous = i === 0 ? firstClose : bars.close[i - 1];
    bars.time[i] = origin + i * timeframeMs(timeframe);
    bars.close[i] = previous * Math.exp(returns[i]);
    drawInside(bars, i, previous, returns[i], volatility[i], inside);
  }
  requirePrices(bars);
  return bars;
}

function drawInside(bars: Bars, i: number, previous: number, move: number, sigma: number, random: Random): void {
  const gap = gapShare * move + Math.sqrt(gapShare * (1 - gapShare)) * sigma * normal(random);
  const rest = move - gap;
  const variance = (1 - gapShare) * sigma * sigma;
  const open = previous * Math.exp(gap);
  const close = bars.close[i];
  bars.open[i] = open;
  bars.high[i] = Math.max(open, close, open * Math.exp(bridgeMaximum(rest, variance, random)));
  bars.low[i] = Math.min(open, close, open * Math.exp(-bridgeMaximum(-rest, variance, random)));
  const busy = Math.abs(move) / sigma;
  bars.volume[i] = Math.round(1000 * (0.5 + busy) * Math.exp(0.3 * normal(random)));
}

/** The maximum of a Brownian bridge from 0 to `end`: P(max > m) = exp(-2 m (m - end) / variance) for m >= max(0, end). */
function bridgeMaximum(end: number, variance: number, random: Random): number {
  return (end + Math.sqrt(end * end - 2 * variance * Math.log(1 - random()))) / 2;
}

/** `SYN-NOISE-7`: the symbol of a market's series, one per seed. */
export function syntheticSymbol(market: Market, seed: number): string {
  return `SYN-${market.name.toUpperCase()}-${seed}`;
}

/** Bars of a synthetic market with what a store has to know of them; always marked as synthetic. */
export function synthesize(
  market: Market,
  options: GenerateOptions & { symbol?: string },
): { series: NewSeries; bars: Bars } {
  const { timeframe, seed, symbol = syntheticSymbol(market, seed) } = options;
  const parameters = marketParameters(market, options.parameters);
  const bars = generateBars(market, { ...options, parameters });
  const series: NewSeries = {
    symbol,
    timeframe,
    source: `synthetic market ${market.name}, seed ${seed}`,
    synthetic: true,
    market: { name: market.name, seed, parameters },
    instrument: { ...guessInstrument('SYN-'), symbol, underlying: symbol },
    repairs: [],
  };
  return { series, bars };
}

/** The declared parameters with the given values in place of defaults. Throws `invalid_input` with every fault. */
export function marketParameters(market: Market, given: Readonly<Record<string, number>> = {}): MarketParameters {
  const names = Object.keys(market.parameters);
  const unknown = Object.keys(given).filter((name) => !names.includes(name));
  const values = Object.fromEntries(names.map((name) => [name, given[name] ?? market.parameters[name].default]));
  const outside = names.filter((name) => {
    const { min, max } = market.parameters[name];
    return !(values[name] >= min && values[name] <= max);
  });
  const problems = [
    ...unknown.map((name) => ({
      path: name,
      message: `"${name}" is not a parameter of ${market.name}. Known: ${names.join(', ')}.`,
    })),
    ...outside.map((name) => {
      const { min, max } = market.parameters[name];
      return { path: name, message: `${name} is ${values[name]}; it lies between ${min} and ${max}.` };
    }),
  ];
  const together = problems.length === 0 ? (market.fault?.(values) ?? null) : null;
  if (together !== null) problems.push({ path: 'parameters', message: together });
  if (problems.length === 0) return values;
  throw new LabError('invalid_input', problems[0].message, { path: problems[0].path, problems });
}

function checkCount(bars: number): number {
  if (!Number.isInteger(bars) || bars < 1) {
    throw new LabError('invalid_input', `${bars} is not a number of bars.`, { path: 'bars' });
  }
  if (bars > longest) {
    throw new LabError('limit_exceeded', `${bars} bars are too many; at most ${longest}.`, { path: 'bars' });
  }
  return bars;
}

function checkSpan(start: number, bars: number, timeframe: Timeframe): number {
  if (start + bars * timeframeMs(timeframe) < latestTime) return start;
  throw new LabError('limit_exceeded', `${bars} bars of ${timeframe} would run beyond ${formatDate(latestTime)}.`, {
    path: 'bars',
    hint: 'Choose fewer bars, an earlier start or a finer timeframe.',
  });
}

function requirePrices(bars: Bars): void {
  const priced = bars.high.every(Number.isFinite) && bars.low.every((low) => low > 0);
  if (priced) return;
  throw new LabError('invalid_input', 'The prices run out of the range of numbers.', {
    path: 'parameters',
    hint: 'Choose less drift or volatility, or fewer bars.',
  });
}

function checkSeed(seed: number): number {
  if (Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32) return seed;
  throw new LabError('invalid_input', `${seed} is not a seed: an integer from 0 to 4294967295.`, { path: 'seed' });
}
