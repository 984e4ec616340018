import type { Problem } from '@stratlab/data/error.ts';
import { findIndicator } from './indicators/index.ts';

type Mapping = Record<string, unknown>;

/** A document in the form of version 4, and what was changed or could not be honoured on the way. */
export interface Upgraded {
  document: Mapping;
  /** True where unknown keys are to be ignored with a warning: the document was written for another program. */
  lenient: boolean;
  warnings: Problem[];
}

/**
 * Brings the older forms to version 4: KTRDR v3, KTRDR v2 (`indicators` as a list with `feature_id`) and the list form.
 * A document of version 4 comes back as it is. What version 4 cannot say becomes a warning, never silence.
 */
export function upgradeDocument(raw: Mapping): Upgraded {
  const warnings: Problem[] = [];
  const lists = Array.isArray(raw.indicators);
  const lenient = lists || ['2', '2.0', '3', '3.0'].includes(String(raw.version ?? ''));
  let document: Mapping = { ...raw, version: raw.version === undefined || lenient ? '4' : String(raw.version) };
  if (raw.version === 4) document.version = '4';
  if (lists) document = fromLists(document, warnings);
  if (lenient) document = fromOlder(document, warnings);
  document = spellDates(document);
  return { document, lenient, warnings };
}

/** Lists of indicators become a mapping; each fuzzy-set key names its indicator; all fuzzy sets are inputs. */
function fromLists(document: Mapping, warnings: Problem[]): Mapping {
  const entries = asList(document.indicators).filter(isMapping);
  const ids = idsOf(entries);
  const indicators = Object.fromEntries(
    entries.map((entry, k) => {
      const { name, type = name, feature_id: _, parameters, params, ...rest } = entry;
      return [ids[k], { type, ...mappingOr(params), ...mappingOr(parameters), ...rest }];
    }),
  );
  const named = new Map(
    entries.flatMap((entry, k) => [
      [String(entry.name), ids[k]],
      [ids[k], ids[k]],
    ]),
  );
  const fuzzySets = Object.fromEntries(
    Object.entries(mappingOr(document.fuzzy_sets)).map(([key, sets]) => {
      const indicator = isMapping(sets) && 'indicator' in sets ? sets.indicator : (named.get(key) ?? key);
      return [key, { ...mappingOr(sets), indicator: firstOutput(String(indicator), indicators) }];
    }),
  );
  const inputs = document.nn_inputs ?? Object.keys(fuzzySets).map((fuzzy_set) => ({ fuzzy_set, timeframes: 'all' }));
  warnings.push({ path: 'indicators', message: 'The list form was upgraded: every fuzzy set is an input.' });
  return { ...document, indicators, fuzzy_sets: fuzzySets, ...(document.model ? { nn_inputs: inputs } : {}) };
}

/** `rsi`; with the period (`rsi_14`) where two entries share a name; `feature_id` where the entry has one. */
function idsOf(entries: Mapping[]): string[] {
  const names = entries.map(({ name, type }) => String(name ?? type));
  return entries.map((entry, k) => {
    if (typeof entry.feature_id === 'string') return entry.feature_id;
    const shared = names.filter((name) => name === names[k]).length > 1;
    const period = mappingOr(entry.parameters).period ?? entry.period;
    return shared && period !== undefined ? `${names[k]}_${String(period)}` : names[k];
  });
}

/** A bare id of an indicator with several outputs means its first one. */
function firstOutput(reference: string, indicators: Mapping): string {
  const type = mappingOr(indicators[reference]).type;
  const outputs = typeof type === 'string' ? (findIndicator(type)?.outputs ?? []) : [];
  return outputs.length > 0 ? `${reference}.${outputs[0]}` : reference;
}

/** What KTRDR states and the lab does anyway, or means nothing here when it has this value. */
const harmless: Record<string, unknown> = {
  'model.architecture.output_activation': 'softmax',
  'model.features.include_price_context': false,
  'model.features.scale_features': true,
  'training.method': 'supervised',
  'decisions.filters.volume_filter': false,
};

function fromOlder(document: Mapping, warnings: Problem[]): Mapping {
  const { training: inner, ...model } = mappingOr(document.model);
  const { data_split: split, validation_split: share, ...outer } = mappingOr(document.training);
  const training: Mapping = { ...mappingOr(inner), ...outer };
  if (isMapping(split)) training.validation = { method: 'holdout', ...split };
  else if (typeof share === 'number') {
    training.validation = { method: 'holdout', train: 1 - 2 * share, validation: share, test: share };
    warnings.push({
      path: 'training.validation_split',
      message: `Read as validation ${share} and test ${share}: a result is judged on bars the training never watched.`,
    });
  }
  training.early_stopping = earlyStopping(training.early_stopping);
  if (training.early_stopping === undefined) delete training.early_stopping;
  if (training.lr_scheduler === true) training.lr_scheduler = { type: 'reduce_on_plateau' };
  if (training.lr_scheduler === false) training.lr_scheduler = null;
  if (document.model && training.labels === undefined) {
    warnings.push({ path: 'training.labels', message: 'No labels were given; next_direction is learnt.' });
  }
  const upgraded: Mapping = {
    ...document,
    training_data: olderTrainingData(mappingOr(document.training_data), warnings),
    fuzzy_sets: Object.fromEntries(
      Object.entries(mappingOr(document.fuzzy_sets)).map(([key, sets]) => [
        key,
        isMapping(sets)
          ? { ...sets, indicator: firstOutput(String(sets.indicator ?? key), mappingOr(document.indicators)) }
          : sets,
      ]),
    ),
    ...(document.model ? { model: lowerTypes(model), training } : {}),
  };
  return dropHarmless(upgraded);
}

function earlyStopping(given: unknown): unknown {
  if (!isMapping(given)) return given;
  const { enabled, ...rest } = given;
  return enabled === false ? null : rest;
}

function olderTrainingData(given: Mapping, warnings: Problem[]): Mapping {
  const frames = mappingOr(given.timeframes);
  const list = asList(frames.list ?? (frames.timeframe === undefined ? [] : [frames.timeframe])).map((tf) =>
    String(tf).toLowerCase(),
  );
  const base = frames.base_timeframe === undefined ? list[0] : String(frames.base_timeframe).toLowerCase();
  const symbols = mappingOr(given.symbols);
  const names = asList(symbols.list ?? symbols.symbols ?? (symbols.symbol === undefined ? [] : [symbols.symbol])).map(
    String,
  );
  if (base !== undefined && list.length > 0 && !list.includes(base)) {
    warnings.push({
      path: 'training_data.timeframes.base_timeframe',
      message: `${base} was added to the listed timeframes.`,
    });
    list.push(base);
  }
  return {
    ...given,
    ...(names.length === 0
      ? {}
      : { symbols: names.length === 1 ? { mode: 'single', symbol: names[0] } : { mode: 'multi_symbol', list: names } }),
    ...(list.length === 0
      ? {}
      : {
          timeframes:
            list.length === 1
              ? { mode: 'single', timeframe: list[0] }
              : { mode: 'multi_timeframe', list, base_timeframe: base },
        }),
  };
}

function lowerTypes(model: Mapping): Mapping {
  const architecture = mappingOr(model.architecture);
  const activation =
    typeof architecture.activation === 'string' ? { activation: architecture.activation.toLowerCase() } : {};
  return {
    ...model,
    ...(model.architecture === undefined ? {} : { architecture: { ...architecture, ...activation } }),
  };
}

function dropHarmless(document: Mapping, path: string[] = []): Mapping {
  return Object.fromEntries(
    Object.entries(document).flatMap(([key, value]) => {
      const dotted = [...path, key].join('.');
      if (Object.hasOwn(harmless, dotted) && harmless[dotted] === value) return [];
      return [[key, isMapping(value) && path.length < 3 ? dropHarmless(value, [...path, key]) : value]];
    }),
  );
}

/** `start_date` and `end_date` are other spellings of `start` and `end`. */
function spellDates(document: Mapping): Mapping {
  const data = document.training_data;
  if (!isMapping(data) || !isMapping(data.date_range)) return document;
  const { start_date, end_date, start = start_date, end = end_date, ...rest } = data.date_range;
  const range = {
    ...rest,
    ...(start == null ? {} : { start: dateText(start) }),
    ...(end == null ? {} : { end: dateText(end) }),
  };
  return { ...document, training_data: { ...data, date_range: range } };
}

function dateText(value: unknown): unknown {
  return value instanceof Date ? value.toISOString().slice(0, 10) : value;
}

function mappingOr(value: unknown): Mapping {
  return isMapping(value) ? value : {};
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
