import { priceFields } from '@stratlab/data/bars.ts';
import type { Problem } from '@stratlab/data/error.ts';
import type { Indicator } from './indicator.ts';
import { findIndicator, indicators } from './indicators/index.ts';
import { parameterNames } from './label.ts';
import { findLabel } from './labels/index.ts';
import { isMapping, type Mapping, renamed } from './mapping.ts';

type Names = Readonly<Record<string, string>>;

/** KTRDR's names of types that differ by more than case, separators and a trailing "Indicator". */
const types: Names = {
  stoch: 'stochastic',
  donchianchannels: 'donchian',
  keltnerchannels: 'keltner',
  fishertransform: 'fisher',
  chaikinmoneyflow: 'cmf',
  simplemovingaverage: 'sma',
  exponentialmovingaverage: 'ema',
  weightedmovingaverage: 'wma',
};

const deviations: Names = { std_dev: 'multiplier', stddev: 'multiplier', num_std: 'multiplier' };
const averages: Names = { fast: 'fast_period', slow: 'slow_period', signal: 'signal_period' };
const parameters: Readonly<Record<string, Names>> = {
  macd: averages,
  ppo: averages,
  bollinger: deviations,
  bollinger_width: deviations,
  percent_b: deviations,
  distance_from_ma: { ma_type: 'ma' },
  squeeze: { bb_multiplier: 'bollinger_multiplier', kc_multiplier: 'keltner_multiplier' },
  parabolic_sar: { initial_af: 'step', max_af: 'max' },
};
const outputs: Readonly<Record<string, Names>> = { supertrend: { trend: 'line' }, fisher: { signal: 'trigger' } };
const labelSettings: Names = {
  method: 'source',
  pt_multiplier: 'profit_target_atr',
  sl_multiplier: 'stop_loss_atr',
  max_holding_period: 'max_holding_bars',
  vol_span: 'atr_period',
};

const byPlainName = new Map([
  ...indicators.flatMap(({ type, aliases = [] }) => [type, ...aliases].map((name) => [plain(name), type] as const)),
  ...Object.entries(types),
]);

/** The catalogue's type under a name of KTRDR (`BollingerBandsIndicator`, `stoch`); other names as they are. */
export function catalogueType(name: string): string {
  return byPlainName.get(plain(name)) ?? name;
}

function plain(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
    .replace(/(.)indicator$/, '$1');
}

/** An indicator of KTRDR in the catalogue's words; what its type does not take is left out with a warning. */
export function catalogueIndicator(id: string, entry: unknown, warnings: Problem[]): unknown {
  if (!isMapping(entry) || typeof entry.type !== 'string') return entry;
  const type = catalogueType(entry.type);
  const indicator = findIndicator(type);
  if (indicator === undefined) return { ...entry, type };
  const settings = renamed({ ...entry, type }, parameters[type] ?? {});
  const taken = ['type', 'data_source', ...Object.keys(indicator.parameters), ...Object.keys(indicator.inputs)];
  const kept = keepKnown(settings, taken, `indicators.${id}`, warnings);
  return Object.fromEntries(Object.entries(kept).map(([key, value]) => [key, lowerWord(indicator, key, value)]));
}

function lowerWord(indicator: Indicator, key: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const word = value.toLowerCase();
  const isWord = indicator.parameters[key]?.kind === 'choice' || priceFields.some((field) => field === word);
  return isWord ? word : value;
}

/** `source: close` goes without a word: where a type takes no source it reads all prices, in KTRDR too. */
function keepKnown(settings: Mapping, taken: readonly string[], path: string, warnings: Problem[]): Mapping {
  return Object.fromEntries(
    Object.entries(settings).filter(([key, value]) => {
      if (taken.includes(key)) return true;
      if (key !== 'source' || value !== 'close') warnings.push(ignored(`${path}.${key}`));
      return false;
    }),
  );
}

/** A column of an indicator under KTRDR's name for it; a bare id of several outputs means the first of them. */
export function catalogueColumn(reference: string, definitions: Mapping): string {
  const [id, output] = reference.split('.');
  const definition = definitions[id];
  const type = isMapping(definition) && typeof definition.type === 'string' ? catalogueType(definition.type) : '';
  const [first] = findIndicator(type)?.outputs ?? [];
  if (output === undefined) return first === undefined ? id : `${id}.${first}`;
  return `${id}.${outputs[type]?.[output] ?? output}`;
}

/** `training.labels` of KTRDR in the catalogue's words. */
export function catalogueLabels(labels: unknown, warnings: Problem[]): unknown {
  if (!isMapping(labels)) return labels;
  const settings = renamed(labels, labelSettings);
  const label = typeof settings.source === 'string' ? findLabel(settings.source) : undefined;
  if (label === undefined) return settings;
  return keepKnown(settings, ['source', ...parameterNames(label)], 'training.labels', warnings);
}

/** The warning that a key of another program does nothing here. */
export function ignored(path: string, why: string = 'the lab has no such key'): Problem {
  return { path, message: `It is ignored: ${why}.` };
}
