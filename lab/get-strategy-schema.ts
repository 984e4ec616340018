import { executionSchema } from '@stratlab/backtests/execution.ts';
import { compositionBlockSchema } from '@stratlab/models/composition-block.ts';
import { trainingBlockSchema } from '@stratlab/models/document.ts';
import { legsSchema, portfolioSchema, targetSchema, universeSchema } from '@stratlab/strategies/allocation.ts';
import { clockWords, formulaFunctions, signature } from '@stratlab/strategies/formula.ts';
import { indicators } from '@stratlab/strategies/indicators/index.ts';
import { labels } from '@stratlab/strategies/labels/index.ts';
import { isMapping, listOr, mappingOr } from '@stratlab/strategies/mapping.ts';
import { positionStateNames } from '@stratlab/strategies/position-state.ts';
import { z } from 'zod';
import { allocationExamples, annotatedStrategy, compositionExample, examples, guidelines } from './strategy-guide.ts';

export const schemaSections = [
  'overview',
  'indicators',
  'labels',
  'training',
  'composition',
  'formulas',
  'execution',
  'allocation',
] as const;
export type SchemaSection = (typeof schemaSections)[number];

/** One section of the grammar: the overview as text, the others as a table. */
export type StrategySchema =
  | { yaml: string; guidelines: string[]; examples: { name: string; what: string; yaml: string }[] }
  | { notes: string[]; columns: string[]; rows: (string | null)[][] };

/** The grammar as someone who writes a strategy needs it, taken from the catalogues themselves. */
export function getStrategySchema(section: SchemaSection): StrategySchema {
  switch (section) {
    case 'overview':
      return { yaml: annotatedStrategy, guidelines: [...guidelines], examples: examples.map((each) => ({ ...each })) };
    case 'indicators':
      return indicatorSection();
    case 'labels':
      return labelSection();
    case 'training':
      return trainingSection();
    case 'composition':
      return compositionSection();
    case 'formulas':
      return formulaSection();
    case 'execution':
      return executionSection();
    case 'allocation':
      return allocationSection();
  }
}

function indicatorSection(): StrategySchema {
  const rows = indicators.map(({ type, aliases = [], parameters, inputs, outputs }) => [
    [type, ...aliases].join(', '),
    settings([
      ...Object.entries(parameters).map(([name, declared]) => [name, declared.default] as const),
      ...Object.entries(inputs),
    ]),
    outputs.join(' '),
  ]);
  const notes = [
    'An indicator of several outputs is named with one of them: adx_14.plus_di.',
    'source (x, y) takes open, high, low, close, volume, hl2, hlc3, ohlc4, or another indicator.',
    'Any indicator takes data_source: the symbol whose bars it reads, on the timeframe of the feature or that which context_data names for it.',
    'type: formula makes one of your own (section formulas). list_indicators gives ranges, formulas and sources.',
  ];
  return { notes, columns: ['type', 'settings', 'outputs'], rows };
}

function labelSection(): StrategySchema {
  const rows = labels.flatMap(({ source, title, formula, parameters }) => [
    [source, title, null, formula],
    ...keyRows(z.toJSONSchema(parameters, { io: 'input' }), source),
  ]);
  const notes = [
    'training.labels: {source: triple_barrier, max_holding_bars: 10}. Classes are long, flat, short.',
    'forward_return without threshold is a number to predict; all else are classes.',
    'regime and context name states of the market, no sides: for the gate of a composition, or a model to look at.',
    'Labels look ahead by design; training rows whose label reaches into another part are purged.',
  ];
  return { notes, columns: ['label', 'allowed', 'default', 'meaning'], rows };
}

function trainingSection(): StrategySchema {
  const notes = [
    'What does not apply to a model is refused: section overview shows a model, section labels its labels.',
    'sampling.bootstrap: sequential gives every network of ensemble its own draw of the training rows, labels that overlap being drawn seldom together.',
    'Everything fitted (scalers, sets, thresholds, temperatures) is fitted on the training rows of each fold.',
  ];
  const schema = z.toJSONSchema(trainingBlockSchema, { io: 'input', unrepresentable: 'any' });
  const rows = keyRows(schema).filter(([key]) => key !== 'labels');
  return { notes, columns: ['key', 'allowed', 'default', 'meaning'], rows };
}

function compositionSection(): StrategySchema {
  const notes = [
    'composition stands beside model and training: the gate learns which regime it is, and each regime has a network of model of its own, which learns training.labels.',
    'All is fitted on training rows: the gate on its labels, each model on the rows that gates which have not learnt from them send to it.',
    'On tested bars the gate that has not learnt from them decides. Metrics are those of the models together; hard routing is judged without stability_bars.',
    `${compositionExample.what}\n${compositionExample.yaml}`,
  ];
  const schema = z.toJSONSchema(compositionBlockSchema, { io: 'input', unrepresentable: 'any' });
  const rows = keyRows(schema).filter(([key]) => !/^gate\.(model|nn_inputs|training)\./.test(key ?? ''));
  return { notes, columns: ['key', 'allowed', 'default', 'meaning'], rows };
}

function formulaSection(): StrategySchema {
  const notes = [
    'Series: open high low close volume hl2 hlc3 ohlc4, an indicator id or id.output, an indicator called: sma(20), ema(close, 12), adx(14).plus_di.',
    'Operators: + - * / %, < <= > >= == !=, and or not, a ? b : c. $name is a parameter.',
    'tf("4h", rsi(14)): the last closed bar of another timeframe. series("GBPUSD").close: another symbol, on its timeframe in context_data where that names one.',
    'session("09:30-16:00", "America/New_York") is true inside those hours. hour("America/New_York") asks another zone than UTC.',
    'signal, in [-1, 1], where a model or fuzzy rules decide: in filters.when and prices of execution.',
    `${positionStateNames.join(', ')}: in exit_long, exit_short and prices of execution.`,
    'cs_rank(x), where there is a universe: percentile rank of x among the members with a bar at that step, 0 to 1.',
    'n is a whole number of bars or a parameter. Unknown values (warm-up) make no rule fire.',
  ];
  const rows = [
    ...formulaFunctions.map((each) => [signature(each), each.meaning]),
    ...clockWords.map(({ name, meaning }) => [name, `${meaning}, at the start of the bar`]),
  ];
  return { notes, columns: ['formula', 'meaning'], rows };
}

function executionSection(): StrategySchema {
  const schema = z.toJSONSchema(executionSchema, { io: 'input', unrepresentable: 'any' });
  const notes = [
    'run_backtest takes the same keys in execution: a given key replaces that whole key; null switches a stop off.',
    'costs auto: by asset class. commission, slippage and spread replace their part of it.',
    'signal_close fills at the price of the decision itself: optimistic, and marked so.',
  ];
  return { notes, columns: ['key', 'allowed', 'default', 'meaning'], rows: keyRows(schema) };
}

function allocationSection(): StrategySchema {
  const blocks = { target: targetSchema, universe: universeSchema, portfolio: portfolioSchema, legs: legsSchema };
  const notes = [
    'target alone decides, or sizes the signal of a model or of fuzzy rules. portfolio ranks a universe; legs are what one unit of the decided position holds.',
    'Wishes are fractions of equity, decided at the close and filled as execution.fill says; a new period of rebalance begins with its first bar.',
    'Stops, targets, entry orders and sizing belong to rules and signals on one instrument: they are refused here.',
    ...allocationExamples.map(({ what, yaml }) => `${what}\n${yaml}`),
  ];
  const rows = Object.entries(blocks).flatMap(([block, schema]) =>
    keyRows(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }), block),
  );
  return { notes, columns: ['key', 'allowed', 'default', 'meaning'], rows };
}

/** One row per key of a JSON Schema, nested ones by their dotted path: what it may hold, its default, its meaning. */
function keyRows(schema: unknown, above = ''): (string | null)[][] {
  const parts = new Map<string, JsonSchema[]>();
  for (const [name, part] of keysOf(schema, above)) parts.set(name, [...(parts.get(name) ?? []), part]);
  return [...parts].map(([name, branches]) => {
    const [{ default: standard, description }] = branches;
    return [
      name,
      [...new Set(branches.map(allowed))].join(' | '),
      standard === undefined ? null : JSON.stringify(standard),
      typeof description === 'string' ? description : '',
    ];
  });
}

type JsonSchema = Record<string, unknown>;

/** Every key with its schema, once per branch that has it. */
function keysOf(schema: unknown, above: string): [string, JsonSchema][] {
  if (!isMapping(schema)) return [];
  const own = Object.entries(mappingOr(schema.properties)).flatMap(([key, part]): [string, JsonSchema][] => {
    const name = above === '' ? key : `${above}.${key}`;
    return isMapping(part) ? [[name, part], ...keysOf(part, name)] : [];
  });
  return [...own, ...[...branchesOf(schema), schema.items].flatMap((part) => keysOf(part, above))];
}

function branchesOf({ anyOf, oneOf, allOf }: JsonSchema): JsonSchema[] {
  return [anyOf, oneOf, allOf].flatMap(listOr).filter(isMapping);
}

/** `next_open | next_close`, `number 0 to 1`, `mapping | list | null`. */
function allowed(schema: JsonSchema): string {
  const branches = branchesOf(schema);
  if (branches.length > 0) return [...new Set(branches.map(allowed))].join(' | ');
  if (Array.isArray(schema.enum)) return schema.enum.join(' | ');
  if ('const' in schema) return String(schema.const);
  switch (schema.type) {
    case 'object':
      return 'mapping';
    case 'array':
      return 'list';
    case 'number':
    case 'integer':
      return [schema.type === 'integer' ? 'whole number' : 'number', bounds(schema)].filter(Boolean).join(' ');
    default:
      return String(schema.type ?? 'any');
  }
}

function bounds({ minimum, exclusiveMinimum, maximum, exclusiveMaximum }: JsonSchema): string {
  const low = minimum ?? exclusiveMinimum;
  const high = maximum ?? exclusiveMaximum;
  const under = typeof high === 'number' && high < Number.MAX_SAFE_INTEGER;
  const over = typeof low === 'number' && low > Number.MIN_SAFE_INTEGER;
  const from = over ? `${minimum === undefined ? 'above' : 'from'} ${low}` : '';
  return [from, under ? `${maximum === undefined ? 'below' : 'to'} ${high}` : ''].filter(Boolean).join(' ');
}

function settings(pairs: readonly (readonly [string, string | number])[]): string {
  return pairs.map(([name, value]) => `${name}=${value}`).join(' ');
}
