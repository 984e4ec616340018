import { LabError, nearest } from '@stratlab/data/error.ts';
import type { Indicator, Parameter } from '@stratlab/strategies/indicator.ts';
import { indicators } from '@stratlab/strategies/indicators/index.ts';

interface IndicatorFilter {
  category?: string | undefined;
  /** Part of a type, an alias, a title or a formula, in any case. */
  query?: string | undefined;
}

/** The catalogue of indicators as it can be written into strategies. Throws `invalid_input` for an unknown category. */
export function listIndicators({ category, query = '' }: IndicatorFilter = {}) {
  const text = query.trim().toLowerCase();
  const wanted = category === undefined ? null : parseCategory(category);
  const found = indicators.filter(
    (indicator) => (wanted === null || indicator.category === wanted) && matches(indicator, text),
  );
  return { indicators: found.map(described), catalogue: indicators.length };
}

export type ListedIndicator = ReturnType<typeof described>;

function described({
  type,
  aliases = [],
  title,
  category,
  parameters,
  inputs,
  outputs,
  formula,
  source,
  warmup,
}: Indicator) {
  const defaults = Object.fromEntries(Object.entries(parameters).map(([name, declared]) => [name, declared.default]));
  return {
    type,
    ...(aliases.length > 0 && { aliases: [...aliases] }),
    title,
    category,
    parameters: Object.entries(parameters).map(([name, declared]) => describedParameter(name, declared)),
    inputs: { ...inputs },
    outputs: [...outputs],
    formula,
    /** The longest of its outputs, by default parameters. */
    warmup_bars: Math.max(...warmup(defaults)),
    source,
  };
}

function describedParameter(name: string, declared: Parameter) {
  if (declared.kind === 'choice') {
    return { name, default: declared.default, min: null, max: null, options: [...declared.options] };
  }
  return { name, default: declared.default, min: declared.min, max: declared.max };
}

function matches({ type, aliases = [], title, formula }: Indicator, text: string): boolean {
  return [type, ...aliases, title, formula].some((field) => field.toLowerCase().includes(text));
}

function parseCategory(text: string): string {
  const category = text.trim().toLowerCase();
  const known = [...new Set(indicators.map((indicator) => indicator.category))].sort();
  if (known.some((name) => name === category)) return category;
  const guess = nearest(category, known);
  throw new LabError('invalid_input', `"${text.slice(0, 64)}" is not a category. Known: ${known.join(', ')}.`, {
    path: 'category',
    hint: guess === undefined ? 'Leave category out, or search with query.' : `Did you mean "${guess}"?`,
  });
}
