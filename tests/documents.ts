/** Small strategies that tests run; each decides something on almost any bars. */
export function crossDocument(symbol: string, slow = 30, extra: object = {}): Record<string, unknown> {
  return {
    version: '4',
    training_data: { symbols: { mode: 'single', symbol }, timeframes: { mode: 'single', timeframe: '1d' } },
    rules: { enter_long: `sma(10) > sma(${slow})`, exit_long: `sma(10) < sma(${slow})` },
    ...extra,
  };
}

export function networkDocument(symbols: readonly string[], extra: object = {}): Record<string, unknown> {
  return {
    version: '4',
    training_data: {
      symbols: symbols.length === 1 ? { mode: 'single', symbol: symbols[0] } : { mode: 'multi_symbol', list: symbols },
      timeframes: { mode: 'single', timeframe: '1d' },
    },
    indicators: { rsi_14: { type: 'rsi' } },
    fuzzy_sets: {
      zone: {
        indicator: 'rsi_14',
        low: [0, 20, 50],
        middle: { type: 'gaussian', parameters: [50, 10] },
        high: [50, 80, 100],
      },
    },
    nn_inputs: [{ fuzzy_set: 'zone' }],
    model: { type: 'mlp', architecture: { hidden_layers: [8] } },
    training: { labels: { source: 'next_direction' }, epochs: 20, early_stopping: null, seed: 3 },
    execution: { costs: 'none' },
    ...extra,
  };
}
