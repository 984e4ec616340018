import type { Problem } from '@stratlab/data/error.ts';
import { namePattern } from './document.ts';
import { catalogueColumn, catalogueIndicator, catalogueLabels } from './ktrdr-words.ts';
import { fromLists } from './list-form.ts';
import { isMapping, listOr, type Mapping, mappingOr, renamed } from './mapping.ts';

/** A document in the form of version 4, and what was changed or could not be honoured on the way. */
export interface Upgraded {
  document: Mapping;
  /** True where unknown keys are to be ignored with a warning: the document was written for another program. */
  lenient: boolean;
  warnings: Problem[];
}

const olderVersions = ['2', '2.0', '3', '3.0'];

/**
 * Brings the older forms to version 4: KTRDR v3, KTRDR v2 (`indicators` as a list with `feature_id`) and the list form.
 * A document of version 4 comes back as it is. What version 4 cannot say becomes a warning, never silence.
 */
export function upgradeDocument(raw: Mapping): Upgraded {
  const version = String(raw.version ?? '4');
  const lists = Array.isArray(raw.indicators);
  const lenient = lists || olderVersions.includes(version);
  const document = { ...raw, version: lenient || version === '4.0' ? '4' : version };
  if (!lenient) return { document: spellDates(document), lenient, warnings: [] };
  const warnings: Problem[] = [];
  const upgraded = fromKtrdr(lists ? fromLists(document) : document, warnings);
  return { document: spellDates(upgraded), lenient, warnings };
}

function fromKtrdr(document: Mapping, warnings: Problem[]): Mapping {
  const upgraded: Mapping = {
    ...document,
    ...nameOf(document.name, warnings),
    ...(document.training_data === undefined ? {} : { training_data: trainingData(document.training_data, warnings) }),
    ...indicatorsAndSets(document, warnings),
  };
  if (isMapping(document.model)) {
    const { training: inner, ...model } = document.model;
    upgraded.model = modelOf(model);
    upgraded.training = trainingOf({ ...mappingOr(inner), ...mappingOr(document.training) }, warnings);
    upgraded.nn_inputs = inputsOf(document.nn_inputs, mappingOr(upgraded.fuzzy_sets), warnings);
  }
  return withoutHarmless(upgraded);
}

function nameOf(given: unknown, warnings: Problem[]): Mapping {
  if (typeof given !== 'string' || namePattern.test(given)) return {};
  const name = given
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '')
    .slice(0, 64);
  warnings.push({ path: 'name', message: `"${given}" was read as "${name}".` });
  return { name };
}

function indicatorsAndSets(document: Mapping, warnings: Problem[]): Mapping {
  if (!isMapping(document.indicators)) return {};
  const indicators = Object.fromEntries(
    Object.entries(document.indicators).map(([id, entry]) => [id, catalogueIndicator(id, entry, warnings)]),
  );
  if (!isMapping(document.fuzzy_sets)) return { indicators };
  const fuzzySets = Object.entries(document.fuzzy_sets).map(([key, sets]) => [
    key,
    isMapping(sets) ? fuzzySet(key, sets, indicators) : sets,
  ]);
  return { indicators, fuzzy_sets: Object.fromEntries(fuzzySets) };
}

/** With `output` in its indicator; a `price_ratio` becomes a formula indicator, which is added to `indicators`. */
function fuzzySet(key: string, given: Mapping, indicators: Mapping): Mapping {
  const { indicator = key, output, input_transform: transform, ...sets } = given;
  const column = catalogueColumn(output === undefined ? String(indicator) : `${indicator}.${output}`, indicators);
  if (!isMapping(transform) || transform.type === 'identity') return { indicator: column, ...sets };
  if (transform.type !== 'price_ratio') return { indicator: column, input_transform: transform, ...sets };
  const ratio = `${column.replace('.', '_')}_ratio`;
  indicators[ratio] = { type: 'formula', formula: `${transform.reference ?? 'close'} / ${column}` };
  return { indicator: ratio, ...sets };
}

function inputsOf(given: unknown, fuzzySets: Mapping, warnings: Problem[]): unknown {
  if (given === undefined || given === null) {
    warnings.push({ path: 'nn_inputs', message: 'It is missing: every fuzzy set is an input.' });
    return Object.keys(fuzzySets).map((fuzzy_set) => ({ fuzzy_set, timeframes: 'all' }));
  }
  return listOr(given).map((input) =>
    isMapping(input) && Array.isArray(input.timeframes)
      ? { ...input, timeframes: input.timeframes.map(timeframeWord) }
      : input,
  );
}

function modelOf(model: Mapping): Mapping {
  const { architecture, features } = model;
  return {
    ...model,
    ...(isMapping(architecture)
      ? { architecture: lowerWords(renamed(architecture, { dropout_rate: 'dropout' }), ['activation']) }
      : {}),
    ...(isMapping(features) ? { features: renamed(features, { lookback_window: 'lookback_periods' }) } : {}),
  };
}

function trainingOf(given: Mapping, warnings: Problem[]): Mapping {
  const { data_split: split, validation_split: share, early_stopping_patience: patience, ...rest } = given;
  const training = lowerWords(renamed(rest, { loss_function: 'loss' }), ['loss', 'optimizer']);
  if (training.labels === undefined) {
    warnings.push({ path: 'training.labels', message: 'No labels were given; next_direction is learnt.' });
  }
  return {
    ...training,
    ...(training.labels === undefined ? {} : { labels: catalogueLabels(training.labels, warnings) }),
    ...validation(split, share, warnings),
    ...switched(training, 'early_stopping', patience === undefined ? {} : { patience }),
    ...switched(training, 'lr_scheduler', { type: 'reduce_on_plateau' }),
  };
}

function validation(split: unknown, share: unknown, warnings: Problem[]): Mapping {
  if (isMapping(split)) return { validation: { method: 'holdout', ...renamed(split, { val: 'validation' }) } };
  if (typeof share !== 'number') return {};
  warnings.push({
    path: 'training.validation_split',
    message: `Read as validation ${share} and test ${share}: a result is judged on bars the training never watched.`,
  });
  const train = Number((1 - 2 * share).toPrecision(12));
  return { validation: { method: 'holdout', train, validation: share, test: share } };
}

/** A setting that is written `true`, `false` or `{enabled, …}`; `defaults` where it is on and says no more. */
function switched(training: Mapping, key: string, defaults: Mapping): Mapping {
  const given = training[key] ?? (key === 'early_stopping' && Object.keys(defaults).length > 0 ? true : undefined);
  if (given === false) return { [key]: null };
  if (given === true) return { [key]: defaults };
  if (!isMapping(given)) return {};
  const { enabled, ...rest } = given;
  return { [key]: enabled === false ? null : { ...defaults, ...rest } };
}

function trainingData(given: unknown, warnings: Problem[]): unknown {
  if (!isMapping(given)) return given;
  const { start_date, end_date, ...rest } = given;
  return {
    ...rest,
    ...(start_date === undefined && end_date === undefined ? {} : { date_range: { start_date, end_date } }),
    ...(isMapping(given.symbols) ? { symbols: symbolsOf(given.symbols) } : {}),
    ...(isMapping(given.timeframes) ? { timeframes: timeframesOf(given.timeframes, warnings) } : {}),
  };
}

/** The mode that fits what is listed, whatever it is called. */
function symbolsOf({ mode, symbol, symbols, list = symbols, ...rest }: Mapping): Mapping {
  const names = Array.isArray(list) ? list : symbol === undefined ? [] : [symbol];
  if (names.length === 0) return { mode, ...rest };
  return names.length === 1
    ? { mode: 'single', symbol: names[0], ...rest }
    : { mode: 'multi_symbol', list: names, ...rest };
}

function timeframesOf({ mode, timeframe, list, base_timeframe, ...rest }: Mapping, warnings: Problem[]): Mapping {
  const listed = (Array.isArray(list) ? list : timeframe === undefined ? [] : [timeframe]).map(timeframeWord);
  const base = base_timeframe === undefined ? listed[0] : timeframeWord(base_timeframe);
  if (base === undefined) return { mode, ...rest };
  if (listed.length > 0 && !listed.includes(base)) {
    warnings.push({ path: 'training_data.timeframes.base_timeframe', message: `${base} was added to the list.` });
  }
  const all = listed.includes(base) ? listed : [...listed, base];
  return all.length === 1
    ? { mode: 'single', timeframe: base, ...rest }
    : { mode: 'multi_timeframe', list: all, base_timeframe: base, ...rest };
}

/** `1H` is an hour; `1M` is a month and no minute. */
function timeframeWord(value: unknown): unknown {
  return typeof value === 'string' && !value.endsWith('M') ? value.toLowerCase() : value;
}

function lowerWords(value: Mapping, keys: readonly string[]): Mapping {
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      keys.includes(key) && typeof item === 'string' ? item.toLowerCase() : item,
    ]),
  );
}

/** What KTRDR states and the lab does anyway, or what means nothing at this value. */
const harmless: Readonly<Record<string, unknown>> = {
  'model.architecture.output_activation': 'softmax',
  'model.features.include_price_context': false,
  'model.features.scale_features': true,
  'training.method': 'supervised',
  'decisions.filters.volume_filter': false,
};

function withoutHarmless(document: Mapping, path: readonly string[] = []): Mapping {
  return Object.fromEntries(
    Object.entries(document).flatMap(([key, value]) => {
      const here = [...path, key];
      const name = here.join('.');
      if (Object.hasOwn(harmless, name) && harmless[name] === value) return [];
      return [[key, isMapping(value) && here.length < 3 ? withoutHarmless(value, here) : value]];
    }),
  );
}

/** `start_date` and `end_date` are other spellings of `start` and `end`, in version 4 too. */
function spellDates(document: Mapping): Mapping {
  const data = document.training_data;
  if (!isMapping(data) || !isMapping(data.date_range)) return document;
  const { start_date, end_date, start = start_date, end = end_date, ...rest } = data.date_range;
  const range = { ...rest, ...(start == null ? {} : { start }), ...(end == null ? {} : { end }) };
  return { ...document, training_data: { ...data, date_range: range } };
}
