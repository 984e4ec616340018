/** A complete strategy that decides by a model, each key explained where it stands. */
export const annotatedStrategy = `name: rsi_quiet_reversion           # lower-case letters, digits and _
version: "4"                        # of the grammar
description: Fuzzy RSI and volatility, learnt by a small network
hypothesis: After a fall in a quiet market the next day more often rises   # free text, searchable

parameters:                         # numbers to sweep; $low stands anywhere a number or a formula does
  low: {default: 30, min: 15, max: 45}

training_data:
  symbols: {mode: single, symbol: SPX}             # or {mode: multi_symbol, list: [EURUSD, GBPUSD]}
  timeframes: {mode: single, timeframe: 1d}        # or {mode: multi_timeframe, list: [1h, 4h], base_timeframe: 1h}
  date_range: {start: "2000-01-01", end: "2015-12-31"}   # may be left out: all that may be seen
  history_required: 50              # bars before the first decision; at least the longest warm-up

# context_data: [{symbol: XAUUSD, timeframe: 1w}]  # other series on a timeframe of their own, for data_source and series()

indicators:                         # id: {type, parameters}; section indicators lists the types
  rsi_14: {type: rsi, period: 14, source: close}
  range: {type: natr, period: 14}   # % of the price
  stretch: {type: formula, formula: "(close - sma(20)) / atr(14)"}   # section formulas

fuzzy_sets:                         # id: {indicator, set: numbers}; 3 triangular, 4 trapezoidal, or {type, parameters}
  rsi_zone:
    indicator: rsi_14               # id.output where a type has several: adx_14.plus_di
    oversold: [0, 0, $low, 45]
    neutral: [$low, 50, 70]
    overbought: [55, 70, 100, 100]
  quiet:
    indicator: range
    low: {type: z_shaped, parameters: [0.8, 1.6]}
    high: {type: s_shaped, parameters: [1.0, 2.0]}
  # motion: {indicator: range, auto: 3}             # or names, low to high: sets fitted on the training rows, for a model

nn_inputs:                          # the features, in this order
  - {fuzzy_set: rsi_zone, timeframes: all}
  - {fuzzy_set: quiet, timeframes: all}
  - {raw_indicator: stretch, timeframes: all, normalization: zscore}   # none, minmax, zscore, rank

model:                              # one decider: model, rules, fuzzy_rules, or section allocation
  type: mlp                         # logistic, lstm, gru, anfis, gradient_boosting
  architecture: {hidden_layers: [20, 10], activation: relu, dropout: 0.1}
  features: {lookback_periods: 0}   # earlier rows of the same features

training:
  labels: {source: triple_barrier, profit_target_atr: 2, stop_loss_atr: 2, max_holding_bars: 10}   # section labels
  epochs: 100
  batch_size: 32
  learning_rate: 0.001
  optimizer: adam                   # adam, adamw, sgd
  early_stopping: {patience: 15}    # watches the validation part; null: off
  validation: {method: holdout, train: 0.6, validation: 0.2, test: 0.2}   # walk_forward, purged_kfold, cpcv
  sampling: {weights: uniqueness}   # also return_attribution, time_decay, class_weights, CUSUM events, bootstrap
  ensemble: {seeds: 3}              # networks that answer together
  seed: 7

# composition: {gate: {training: {labels: {source: regime}}}}   # one model per regime; section composition

decisions:
  confidence_threshold: 0.1         # no trade where |P(up) - P(down)| is below it
  direction: both                   # long, short, both
  filters: {when: "volatility(20) < 0.4"}          # entries only where it is true

execution:                          # section execution; all of it has honest defaults
  fill: next_open
  costs: auto                       # by asset class; never free unless said
  stop_loss: {atr: 3}
  max_holding_bars: 20
`;

/** Small complete strategies for the other two deciders. */
export const examples = [
  {
    name: 'moving_average_cross',
    what: 'Rules: formulas that are true or false; nothing is trained.',
    yaml: `name: moving_average_cross
version: "4"
parameters: {fast: {default: 50, min: 5, max: 100}}
training_data:
  symbols: {mode: single, symbol: SPX}
  timeframes: {mode: single, timeframe: 1d}
rules:
  enter_long: crosses_above(sma($fast), sma(200))
  exit_long: crosses_below(sma($fast), sma(200)) or bars_held > 250
`,
  },
  {
    name: 'dip_in_words',
    what: 'Fuzzy rules: words about fuzzy sets; each votes from -1 to 1.',
    yaml: `name: dip_in_words
version: "4"
training_data:
  symbols: {mode: single, symbol: EURUSD}
  timeframes: {mode: single, timeframe: 1h}
indicators:
  rsi_14: {type: rsi, period: 14}
  adx_14: {type: adx, period: 14}
fuzzy_sets:
  rsi_zone: {indicator: rsi_14, low: [0, 0, 25, 45], middle: [30, 50, 70], high: [55, 75, 100, 100]}
  trend: {indicator: adx_14.adx, weak: [0, 0, 15, 30], strong: [20, 40, 100, 100]}
fuzzy_rules:
  - {if: rsi_zone is low and trend is weak, then: 1.0}
  - {if: rsi_zone is high and trend is weak, then: -1.0, weight: 0.5}
decisions: {confidence_threshold: 0.5}
`,
  },
] as const;

/** A complete strategy with one model per regime. */
export const compositionExample = {
  what: 'A gate on volatility and trend strength; trends and ranges have a model each, volatile times none.',
  yaml: `name: range_and_trend
version: "4"
training_data:
  symbols: {mode: single, symbol: SPX}
  timeframes: {mode: single, timeframe: 1d}
indicators:
  rsi_14: {type: rsi, period: 14}
  adx_14: {type: adx, period: 14}
  range: {type: natr, period: 14}
fuzzy_sets:
  zone: {indicator: rsi_14, auto: 3}
nn_inputs:
  - {fuzzy_set: zone}
model: {type: mlp, architecture: {hidden_layers: [8]}}
training: {labels: {source: next_direction}}
composition:
  gate:
    model: {type: logistic}
    nn_inputs: [{raw_indicator: adx_14.adx}, {raw_indicator: range}]
    training: {labels: {source: regime, horizon: 24}, sampling: {class_weights: balanced}}
  rules: {trending_up: trend, trending_down: trend, ranging: range, volatile: flat}
  routing: soft
`,
} as const;

/** Complete strategies that wish for positions by weight: of one instrument, of a universe, of a pair. */
export const allocationExamples = [
  {
    name: 'trend_at_ten_percent',
    what: 'target: the fraction of equity wished for, here a trend held at 10 % volatility.',
    yaml: `name: trend_at_ten_percent
version: "4"
training_data:
  symbols: {mode: single, symbol: SPX}
  timeframes: {mode: single, timeframe: 1d}
target:
  position: clip(sign(ema(close, 20) - ema(close, 80)) * 0.10 / volatility(60), -2, 2)
  rebalance: {every: week, band: 0.1}
execution: {leverage: 2}
`,
  },
  {
    name: 'momentum_of_a_universe',
    what: 'portfolio: the best of a universe long, the worst short, on shared cash.',
    yaml: `name: momentum_of_a_universe
version: "4"
training_data: {timeframes: {mode: single, timeframe: 1d}}
universe: {symbols: [SPY, IWM, AAPL, IBM, BAC]}
portfolio: {rank: roc(120), long_top: 0.4, short_bottom: 0.2, weights: inverse_volatility, gross: 1, rebalance: month}
`,
  },
  {
    name: 'pair_that_returns',
    what: 'legs: rules on the first symbol decide, the legs are what is bought and sold.',
    yaml: `name: pair_that_returns
version: "4"
training_data:
  symbols: {mode: single, symbol: EURUSD}
  timeframes: {mode: single, timeframe: 1d}
indicators:
  spread: {type: formula, formula: log(close) - log(series("GBPUSD").close)}
legs: [{symbol: EURUSD, weight: 1}, {symbol: GBPUSD, weight: "-beta(EURUSD, GBPUSD, 60)"}]
rules:
  enter_long: zscore(spread, 60) < -2
  exit_long: zscore(spread, 60) > 0
  enter_short: zscore(spread, 60) > 2
  exit_short: zscore(spread, 60) < 0
`,
  },
] as const;

/** What makes a first strategy valid and its result honest. */
export const guidelines = [
  'Exactly one of model, rules, fuzzy_rules, target and portfolio decides; section allocation says what goes with what.',
  'Place fuzzy sets by compute_indicators: its q05, median and q95 show where the values lie; leave no gap between sets.',
  'Let neighbouring sets overlap; two or three sets say enough.',
  'history_required covers the longest warm-up: sma(200) needs 199 bars.',
  'A model with more weights than a tenth of its training rows learns them by heart: begin with [20, 10] or smaller.',
  'Costs are paid in every backtest; an edge per trade below them is none. Trade less often before you train longer.',
  'confidence_threshold 0 trades every bar; with three classes 0.1 to 0.3 leaves the clearer ones.',
  'A model is judged on its test segment, which training never sees; rules on all visible bars are in sample once tuned.',
  'Every distinct rule whose result is shown counts as a trial of its market and raises the bar for the next.',
  'validate_strategy first: it names every problem at once, and earlier work that is the same or close.',
] as const;
