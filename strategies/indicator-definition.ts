import { type Bars, type PriceField, priceFields, priceSeries } from '@stratlab/data/bars.ts';
import { LabError, nearest, type Problem } from '@stratlab/data/error.ts';
import { columnNames, type Indicator, type Parameter, type ParameterValues, runIndicator } from './indicator.ts';
import { findIndicator, indicators } from './indicators/index.ts';

/** One indicator of a strategy, read against the catalogue. */
export interface IndicatorDefinition {
  /** Canonical type. */
  readonly type: string;
  /** Every declared parameter, defaults filled in. */
  readonly parameters: ParameterValues;
  /** What each input is computed from, defaults filled in: `close`, `hl2`, `rsi_14`, `adx_14.plus_di`. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Symbol whose bars it is computed from, where that is not the strategy's own. */
  readonly dataSource?: string;
}

export type IndicatorDefinitions = Readonly<Record<string, IndicatorDefinition>>;

const reference = /^[A-Za-z][A-Za-z0-9_-]*(\.[A-Za-z][A-Za-z0-9_]*)?$/;
const seriesHint = `Name one of ${priceFields.join(', ')}, another indicator's id, or id.output.`;

/** Reads `{type: rsi, period: 14, source: close}`; every problem is reported, each at its path below `path`. */
export function parseIndicatorDefinition(
  entry: unknown,
  path: string,
): { definition: IndicatorDefinition } | { problems: Problem[] } {
  if (!isRecord(entry)) {
    return {
      problems: [{ path, message: `${show(entry)} is not an indicator.`, hint: 'Write {type: rsi, period: 14}.' }],
    };
  }
  const { type, data_source: dataSource, ...settings } = entry;
  const indicator = typeof type === 'string' ? findIndicator(type) : undefined;
  if (indicator === undefined) return { problems: [unknownType(type, path)] };

  const problems = unknownKeys(indicator, settings, path);
  const parameters: Record<string, number | string> = {};
  for (const [name, declared] of Object.entries(indicator.parameters)) {
    const { [name]: value = declared.default } = settings;
    if (isAllowed(value, declared)) parameters[name] = value;
    else
      problems.push({
        path: `${path}.${name}`,
        message: `${name} is ${show(value)}; it must be ${allowed(declared)}.`,
      });
  }
  const inputs: Record<string, string> = {};
  for (const [name, field] of Object.entries(indicator.inputs)) {
    const { [name]: value = field } = settings;
    if (typeof value === 'string' && reference.test(value)) inputs[name] = value;
    else
      problems.push({
        path: `${path}.${name}`,
        message: `${name} is ${show(value)}; it must name a series.`,
        hint: seriesHint,
      });
  }
  const definition = { type: indicator.type, parameters, inputs };
  if (typeof dataSource === 'string' && dataSource !== '') {
    return problems.length > 0 ? { problems } : { definition: { ...definition, dataSource } };
  }
  if (dataSource !== undefined) {
    problems.push({ path: `${path}.data_source`, message: `data_source is ${show(dataSource)}; it must be a symbol.` });
  }
  return problems.length > 0 ? { problems } : { definition };
}

function unknownType(type: unknown, path: string): Problem {
  const known = indicators.flatMap((indicator) => [indicator.type, ...(indicator.aliases ?? [])]);
  const close = typeof type === 'string' ? nearest(type, known) : undefined;
  return {
    path: `${path}.type`,
    message: type === undefined ? 'type is missing.' : `${show(type)} is not an indicator type.`,
    hint: close === undefined ? `Known: ${known.join(', ')}.` : `Did you mean "${close}"?`,
  };
}

function unknownKeys(indicator: Indicator, settings: Record<string, unknown>, path: string): Problem[] {
  const known = [...Object.keys(indicator.parameters), ...Object.keys(indicator.inputs), 'data_source'];
  const unknown = Object.keys(settings).filter((key) => !known.includes(key));
  return unknown.map((key) => {
    const close = nearest(key, known);
    return {
      path: `${path}.${key}`,
      message: `${show(key)} is not a parameter of ${indicator.type}.`,
      hint: close === undefined ? `It takes ${known.join(', ')}.` : `Did you mean "${close}"?`,
    };
  });
}

function isAllowed(value: unknown, declared: Parameter): value is number | string {
  if (declared.kind === 'choice') return typeof value === 'string' && declared.options.includes(value);
  if (typeof value !== 'number' || !(value >= declared.min && value <= declared.max)) return false;
  return declared.kind === 'number' || Number.isInteger(value);
}

function allowed(declared: Parameter): string {
  if (declared.kind === 'choice') return `one of ${declared.options.join(', ')}`;
  return `${declared.kind === 'integer' ? 'a whole number' : 'a number'} from ${declared.min} to ${declared.max}`;
}

/**
 * Columns of every indicator, in the order of the definitions: `id`, or `id.output` for each output. An indicator on
 * an indicator is computed after it, each once. `bars` are those of the definitions' data source. A reference that is
 * unknown or leads back to its own indicator is `invalid_strategy`.
 */
export function computeIndicators(bars: Bars, definitions: IndicatorDefinitions): Map<string, Float64Array> {
  const prices = new Map<PriceField, Float64Array>();
  const computed = new Map<string, Map<string, Float64Array>>();

  const columnsOf = (id: string, above: readonly string[]): Map<string, Float64Array> => {
    const known = computed.get(id);
    if (known !== undefined) return known;
    const { type, parameters, inputs } = definitions[id];
    const indicator = catalogued(type, id);
    const series: Record<string, Float64Array> = {};
    for (const [name, source] of Object.entries(inputs)) {
      series[name] = seriesOf(source, `indicators.${id}.${name}`, [...above, id]);
    }
    const outputs = runIndicator(indicator, { bars, series }, parameters);
    const columns = new Map(columnNames(id, indicator).map((name, k) => [name, outputs[k]]));
    computed.set(id, columns);
    return columns;
  };

  const seriesOf = (source: string, path: string, above: readonly string[]): Float64Array => {
    if (isPriceField(source)) {
      const values = prices.get(source) ?? priceSeries(bars, source);
      prices.set(source, values);
      return values;
    }
    const [id] = source.split('.');
    if (above.includes(id)) throw circular([...above.slice(above.indexOf(id)), id], path);
    const values = Object.hasOwn(definitions, id) ? columnsOf(id, above).get(source) : undefined;
    if (values === undefined) throw unknownSeries(source, path, definitions);
    return values;
  };

  return new Map(Object.keys(definitions).flatMap((id) => [...columnsOf(id, [])]));
}

function catalogued(type: string, id: string): Indicator {
  const indicator = findIndicator(type);
  if (indicator !== undefined) return indicator;
  throw invalid(unknownType(type, `indicators.${id}`));
}

function unknownSeries(source: string, path: string, definitions: IndicatorDefinitions): LabError {
  const columns = Object.entries(definitions).flatMap(([id, { type }]) => columnNames(id, catalogued(type, id)));
  const siblings = columns.filter((name) => name.split('.')[0] === source.split('.')[0]);
  const close = nearest(source, [...priceFields, ...columns]);
  const known = siblings.length > 0 ? `Known: ${siblings.join(', ')}.` : seriesHint;
  return invalid({
    path,
    message: `${show(source)} is not a price field or an indicator's output.`,
    hint: close === undefined || siblings.length > 0 ? known : `Did you mean "${close}"?`,
  });
}

function circular(ids: readonly string[], path: string): LabError {
  const message = `An indicator is computed from itself: ${ids.join(' from ')}.`;
  return invalid({ path, message, hint: 'Let one of them read a price field.' });
}

function invalid(problem: Problem): LabError {
  return new LabError('invalid_strategy', `${problem.path}: ${problem.message}`, { ...problem, problems: [problem] });
}

function isPriceField(name: string): name is PriceField {
  return priceFields.some((field) => field === name);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 80);
}
