import type { Problem } from '@stratlab/data/error.ts';
import { type LabStrategy, readLabStrategy } from '@stratlab/lab/strategy-language.ts';
import { fingerprint } from '@stratlab/strategies/fingerprint.ts';
import type { Mapping } from '@stratlab/strategies/mapping.ts';
import { parseYaml } from '@stratlab/strategies/yaml.ts';

/** A model on fuzzy sets, with something in every block. */
export const modelText = `
name: rsi_model
version: "4"
description: words
hypothesis: more words
parameters: {fast: {default: 10, min: 2, max: 50}}
training_data:
  symbols: {mode: single, symbol: EURUSD}
  timeframes: {mode: multi_timeframe, list: [1h, 4h], base_timeframe: 1h}
  date_range: {start: "2010-01-01", end: "2016-12-31"}
  history_required: 200
indicators:
  rsi_14: {type: rsi, period: 14}
  adx_14: {type: adx, period: 14}
  quick: {type: ema, period: $fast, source: hl2}
  gap: {type: formula, formula: "(open - lag(close, 1)) / atr($fast)"}
fuzzy_sets:
  zone: {indicator: rsi_14, low: [0, 20, 60], high: {type: trapezoidal, parameters: [40, 80, 100, 100]}}
nn_inputs:
  - {fuzzy_set: zone, timeframes: all}
  - {raw_indicator: adx_14.adx, timeframes: [1h], normalization: zscore}
model: {type: mlp, architecture: {hidden_layers: [20, 10]}}
training:
  labels: {source: triple_barrier, max_holding_bars: 10}
  epochs: 20
decisions: {confidence_threshold: 0.2, filters: {when: "volatility($fast) < 0.3"}}
execution: {stop_loss: {price: "entry_price - 2 * atr(14)"}}
`;

export const rulesText = `
name: cross
version: "4"
parameters: {fast: {default: 10, min: 2, max: 50}}
rules:
  enter_long: crosses_above(sma($fast), sma(50))
  exit_long: crosses_below(sma($fast), sma(50))
`;

export const fuzzyRulesText = `
name: words
version: "4"
indicators: {rsi_14: {type: rsi}}
fuzzy_sets: {zone: {indicator: rsi_14, low: [0, 0, 60], high: [40, 100, 100]}}
fuzzy_rules: [{if: zone is low, then: 1}, {if: zone is high and not zone is low, then: -1, weight: 0.5}]
`;

export function documentOf(text: string): Mapping {
  return parseYaml(text);
}

export function strategyOf(document: string | Mapping, values: Record<string, number> = {}): LabStrategy {
  const read = readLabStrategy(typeof document === 'string' ? parseYaml(document) : document, values);
  if ('strategy' in read) return read.strategy;
  throw new Error(`Not valid: ${JSON.stringify(read.problems)}`);
}

/** Problems of a document that is not valid, none where it is. */
export function problemsOf(document: string | Mapping): Problem[] {
  const read = readLabStrategy(typeof document === 'string' ? parseYaml(document) : document);
  return 'problems' in read ? read.problems : [];
}

export function warningsOf(document: string | Mapping): Problem[] {
  return readLabStrategy(typeof document === 'string' ? parseYaml(document) : document).warnings;
}

export function markOf(document: string | Mapping, values: Record<string, number> = {}): string {
  return fingerprint(strategyOf(document, values));
}

/** The document with the value at a dotted path replaced. */
export function withValue(document: Mapping, path: string, value: unknown): Mapping {
  const copy = structuredClone(document);
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let at: unknown = copy;
  for (const key of keys) at = Object(at)[key];
  Object(at)[last] = value;
  return copy;
}
