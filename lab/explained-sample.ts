import { type Bars, barCount, firstBarFrom } from '@stratlab/data/bars.ts';
import { LabError } from '@stratlab/data/error.ts';
import { isTimeframe, type Timeframe } from '@stratlab/data/timeframe.ts';
import type { ModelRow } from '@stratlab/knowledge/results.ts';
import { type ModelArtifact, readArtifact } from '@stratlab/models/artifact.ts';
import { type Surroundings, surroundingsOf } from '@stratlab/models/explanation/by-regime.ts';
import type { Forecast } from '@stratlab/models/explanation/task.ts';
import { allInputs } from '@stratlab/models/inputs.ts';
import { predictModel } from '@stratlab/models/trained-model.ts';
import { baseTimeframe } from '@stratlab/strategies/document.ts';
import type { Feature } from '@stratlab/strategies/features.ts';
import { effectiveDocument } from './effective-document.ts';
import { requireModelRow } from './find-model.ts';
import { requireVersion } from './find-strategy.ts';
import type { Lab } from './lab.ts';
import { labelsOf } from './label-of.ts';
import { readMarket } from './market.ts';
import { readSample, type Sample } from './sample.ts';
import { type LabStrategy, requireStrategy } from './strategy-language.ts';

/** Rows as a model saw or would have seen them, in time order, those of one instant in the order of the symbols. */
export interface ModelRows extends Surroundings {
  readonly time: Float64Array;
  /** rows x features, not normalised. */
  readonly features: Float64Array;
  readonly targets: Float64Array;
  /** Return from the row's close to the close of the bar that settles its label. */
  readonly forward: Float64Array;
  /** The regime that it came to be, for a gate to have named; NaN where there is no gate. */
  readonly regime: Float64Array;
}

export interface ExplainedSample {
  readonly row: ModelRow;
  readonly artifact: ModelArtifact;
  readonly features: readonly Feature[];
  readonly timeframe: Timeframe;
  readonly part: 'test' | 'validation' | 'train';
  /** All rows of that part, and all before it. */
  readonly explained: ModelRows;
  readonly before: ModelRows;
  /** Rows that one label spans at most, those of all symbols counted. */
  readonly span: number;
  readonly warnings: string[];
}

/** A model with the rows that it was tested on (without a test part: the latest there is), read again from the bars. */
export function explainedSample(lab: Lab, modelId: string): ExplainedSample {
  const row = requireModelRow(lab, modelId);
  const artifact = readArtifact(lab.folders.models, row.artifactHash);
  const stored = requireVersion(lab, row.strategyName, row.strategyVersion);
  const warnings: string[] = [];
  const markets = artifact.series.map((series) => {
    const strategy = strategyOn(stored.document, series.symbol, row.timeframe);
    const market = readMarketRows(lab, strategy, series);
    if (market.hash !== series.hash) warnings.push(`The bars of ${series.symbol} have changed since the training.`);
    return market;
  });
  const [{ features, timeframe }] = markets;
  requireFeatures(artifact, features);
  const all = pooled(
    markets.map(({ rows }) => rows),
    features.length,
  );
  const { part, start, end, rows } = partOf(artifact);
  const explained = between(all, features.length, start, end + 1);
  requireRows(explained.time.length, part);
  if (explained.time.length !== rows)
    warnings.push(`The ${part} part had ${rows} rows at the training; ${explained.time.length} are explained here.`);
  if (part !== 'test') warnings.push(`There is no test part: these are rows of ${part}, which the training has used.`);
  const span = Math.max(...markets.map((market) => market.span)) * markets.length;
  const before = between(all, features.length, Number.NEGATIVE_INFINITY, start);
  return { row, artifact, features, timeframe, part, explained, before, span, warnings };
}

/** The model's answers for features of rows at these instants. */
export function forecastAt(artifact: ModelArtifact, time: Float64Array): Forecast {
  return (features) => predictModel(artifact, features, time);
}

/** The rows at these ascending places. */
export function rowsAt(rows: ModelRows, width: number, places: readonly number[]): ModelRows {
  const pick = (values: Float64Array) => Float64Array.from(places, (place) => values[place]);
  const features = new Float64Array(places.length * width);
  places.forEach((place, k) => {
    features.set(rows.features.subarray(place * width, (place + 1) * width), k * width);
  });
  return {
    time: pick(rows.time),
    features,
    targets: pick(rows.targets),
    forward: pick(rows.forward),
    regime: pick(rows.regime),
    volatility: pick(rows.volatility),
    trend: pick(rows.trend),
  };
}

/** The strategy as one symbol of its model is read: on the timeframe that the model was trained on. */
export function strategyOn(document: Record<string, unknown>, symbol: string, timeframe: string): LabStrategy {
  const { strategy } = requireStrategy(effectiveDocument(document, { symbol }));
  if (baseTimeframe(strategy.document) === timeframe || !isTimeframe(timeframe)) return strategy;
  return requireStrategy(effectiveDocument(document, { symbol, timeframe })).strategy;
}

function readMarketRows(lab: Lab, strategy: LabStrategy, { symbol, start, end }: ModelArtifact['series'][number]) {
  const { model, training, composition } = strategy.document;
  if (model === null || training === null)
    throw new LabError('invalid_strategy', 'This version of the strategy has no model.', { path: 'model_id' });
  const { all: features } = allInputs(strategy, { model, composition });
  const sample = readSample(lab.store, strategy, { start, end }, features, labelsOf(training, composition));
  const timeframe = baseTimeframe(strategy.document);
  const { bars } = readMarket(lab.store, symbol, timeframe, end).view;
  return {
    features,
    timeframe,
    hash: sample.series[0].hash,
    ...besideRows(bars, sample),
  };
}

function besideRows(bars: Bars, { time, known, features, targets, gate }: Sample): { rows: ModelRows; span: number } {
  const { volatility, trend } = surroundingsOf(bars.close);
  const places = Int32Array.from(time, (instant) => firstBarFrom(bars, instant));
  const ends = Int32Array.from(known, (instant) => Math.min(firstBarFrom(bars, instant), barCount(bars) - 1));
  const at = (values: Float64Array) => Float64Array.from(places, (bar) => values[bar]);
  const forward = Float64Array.from(places, (bar, k) => bars.close[ends[k]] / bars.close[bar] - 1);
  const span = places.reduce((most, bar, k) => Math.max(most, ends[k] - bar), 1);
  const regime = gate?.targets ?? new Float64Array(time.length).fill(Number.NaN);
  return { rows: { time, features, targets, forward, regime, volatility: at(volatility), trend: at(trend) }, span };
}

function pooled(parts: readonly ModelRows[], width: number): ModelRows {
  if (parts.length === 1) return parts[0];
  const joined = (column: keyof ModelRows) => Float64Array.from(parts.flatMap((part) => Array.from(part[column])));
  const time = joined('time');
  const all = {
    time,
    features: joined('features'),
    targets: joined('targets'),
    forward: joined('forward'),
    regime: joined('regime'),
    volatility: joined('volatility'),
    trend: joined('trend'),
  };
  const places = Array.from(time.keys()).sort((a, b) => time[a] - time[b] || a - b);
  return rowsAt(all, width, places);
}

/** Rows of bars from `start` on and before `end`. */
function between(rows: ModelRows, width: number, start: number, end: number): ModelRows {
  const places = Array.from(rows.time.keys()).filter((row) => rows.time[row] >= start && rows.time[row] < end);
  return rowsAt(rows, width, places);
}

function partOf({ segments }: ModelArtifact) {
  const { train, validation, test } = segments;
  if (test !== null) return { part: 'test' as const, ...test };
  return validation === null ? { part: 'train' as const, ...train } : { part: 'validation' as const, ...validation };
}

const fewestRows = 20;

function requireRows(rows: number, part: string): void {
  if (rows >= fewestRows) return;
  throw new LabError('insufficient_data', `The ${part} part has ${rows} rows: too few to explain a model by.`, {
    path: 'model_id',
    hint: `Train on more bars: ${fewestRows} rows are the least.`,
  });
}

function requireFeatures(artifact: ModelArtifact, features: readonly Feature[]): void {
  if (features.map(({ name }) => name).join() === artifact.features.join()) return;
  throw new LabError('invalid_input', 'The model was trained on other features than its strategy has now.', {
    path: 'model_id',
    hint: 'Train this version of the strategy again.',
  });
}
