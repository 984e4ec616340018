/** The strategies of the demo, as an agent would write them. `fill` follows what the quality check says of the bars. */
export function fuzzyNetwork(symbol: string, timeframe: string, fill: string): string {
  return `# Buys weakness and sells strength, as far as a small network finds that worth it.
name: demo_fuzzy_rsi
version: "4"
description: Fuzzy RSI and volatility, judged by a small neural network
hypothesis: After a sharp fall in a quiet market, the next week is better than usual
training_data:
  symbols: {mode: single, symbol: ${symbol}}
  timeframes: {mode: single, timeframe: ${timeframe}}
indicators:
  rsi_14: {type: rsi, period: 14}
  natr_14: {type: natr, period: 14}
fuzzy_sets:
  rsi_zone:
    indicator: rsi_14
    oversold: [0, 20, 45]
    neutral: {type: gaussian, parameters: [50, 10]}
    overbought: [55, 80, 100]
  volatility:
    indicator: natr_14
    quiet: {type: trapezoidal, parameters: [0, 0, 0.8, 1.5]}
    usual: [0.8, 1.5, 2.5]
    stormy: {type: trapezoidal, parameters: [1.5, 2.5, 20, 20]}
nn_inputs:
  - {fuzzy_set: rsi_zone, timeframes: all}
  - {fuzzy_set: volatility, timeframes: all}
model:
  type: mlp
  architecture: {hidden_layers: [20, 10], activation: relu}
training:
  labels: {source: forward_return, horizon: 5, threshold: 0.01}
  epochs: 300
  batch_size: 32
  learning_rate: 0.001
  early_stopping: {patience: 150}
  validation: {method: holdout, train: 0.7, validation: 0.15, test: 0.15}
  seed: 7
decisions:
  confidence_threshold: 0.1
execution:
  fill: ${fill}
`;
}

export function movingAverageCross(symbol: string, timeframe: string, fill: string): string {
  return `# The plain baseline: in the market while the 50-bar average is above the 200-bar one.
name: demo_average_cross
version: "4"
description: Moving-average cross, long only
hypothesis: Trends go on
training_data:
  symbols: {mode: single, symbol: ${symbol}}
  timeframes: {mode: single, timeframe: ${timeframe}}
rules:
  enter_long: sma(50) > sma(200)
  exit_long: sma(50) < sma(200)
execution:
  fill: ${fill}
`;
}
