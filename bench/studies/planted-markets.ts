/** How many seeds may or must show an edge. */
export type Demand =
  | { readonly kind: 'at_least'; readonly share: number }
  | { readonly kind: 'by_chance'; readonly rate: number; readonly confidence: number }
  | { readonly kind: 'never' };

/** One way to trade a market's models. */
export interface Terms {
  /** Of a run, in a few words. */
  readonly costs: string;
  /** Replaces keys of the strategy's execution block. */
  readonly execution: Readonly<Record<string, unknown>>;
  readonly demand: Demand;
  /** Least mean Sharpe ratio, as a share of the known signal's; null: none is asked for. */
  readonly shareOfKnown: number | null;
}

export interface PlantedMarket {
  /** A synthetic market. */
  readonly name: string;
  readonly bars: number;
  readonly seeds: number;
  /** The position that the market's law calls for, as a formula; null where nothing can be predicted. */
  readonly known: string | null;
  readonly terms: readonly Terms[];
}

/** Of every market and strategy here. */
export const timeframe = '1d';

const free = { costs: 'none', execution: {} } as const;
const chance: Demand = { kind: 'by_chance', rate: 0.05, confidence: 0.99 };
const nothingPlanted: readonly Terms[] = [{ ...free, demand: chance, shareOfKnown: null }];

const belief = (centre: number) => `exp(-0.5 * ((rsi(14) - ${centre}) / 8) * ((rsi(14) - ${centre}) / 8))`;

export const plantedMarkets: readonly PlantedMarket[] = [
  {
    name: 'fuzzy_rsi',
    bars: 3000,
    seeds: 20,
    known: `${belief(30)} - ${belief(70)}`,
    terms: [
      { ...free, demand: { kind: 'at_least', share: 0.8 }, shareOfKnown: 0.5 },
      {
        costs: '0.5 % a side',
        execution: { costs: 'none', commission: { percent: 0.005 } },
        demand: { kind: 'never' },
        shareOfKnown: null,
      },
    ],
  },
  {
    name: 'ar1',
    bars: 5000,
    seeds: 20,
    known: 'sign(close - lag(close, 1))',
    terms: [{ ...free, demand: { kind: 'at_least', share: 0.6 }, shareOfKnown: null }],
  },
  { name: 'noise', bars: 1500, seeds: 200, known: null, terms: nothingPlanted },
  { name: 'garch', bars: 1500, seeds: 200, known: null, terms: nothingPlanted },
];

/**
 * One strategy for all markets: a small network on three memberships of the RSI and the last return, taught the next
 * bar's return, its sign the position.
 */
export const learner = {
  name: 'learner',
  config: {
    version: '4',
    training_data: { timeframes: { mode: 'single', timeframe } },
    description: 'A small network on the RSI and the last return',
    hypothesis: 'The next return can be told from the RSI or from the last return',
    indicators: {
      rsi_14: { type: 'rsi', period: 14 },
      last_return: { type: 'formula', formula: 'close / lag(close, 1) - 1' },
    },
    fuzzy_sets: {
      rsi_zone: {
        indicator: 'rsi_14',
        oversold: { type: 'gaussian', parameters: [30, 8] },
        neutral: { type: 'gaussian', parameters: [50, 8] },
        overbought: { type: 'gaussian', parameters: [70, 8] },
      },
    },
    nn_inputs: [
      { fuzzy_set: 'rsi_zone', timeframes: 'all' },
      { raw_indicator: 'last_return', timeframes: 'all', normalization: 'zscore' },
    ],
    model: { type: 'mlp', architecture: { hidden_layers: [8], activation: 'tanh' } },
    training: {
      labels: { source: 'forward_return', horizon: 1 },
      validation: { method: 'holdout', train: 0.667, validation: 0, test: 0.333 },
      epochs: 10,
      batch_size: 64,
      learning_rate: 0.003,
      early_stopping: null,
      seed: 1,
    },
    decisions: { confidence_threshold: 0, direction: 'both' },
    execution: { costs: 'none' },
  },
} as const;

/** The rule that takes the position which a market's law calls for. */
export function knownSignal(market: string, position: string) {
  return {
    name: `known_${market}`,
    config: {
      version: '4',
      training_data: { timeframes: { mode: 'single', timeframe } },
      description: `The signal that was planted in ${market}`,
      target: { position },
      execution: { costs: 'none' },
    },
  };
}
