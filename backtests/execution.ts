import { LabError, nearest, type Problem } from '@stratlab/data/error.ts';
import { storedSymbol } from '@stratlab/strategies/stored-symbol.ts';
import { z } from 'zod';

const rate = z.number().min(0).max(1);
const cost = z.number().nonnegative();
/** A formula of the grammar, kept as text: the caller compiles it (`Decisions.prices`). */
const formula = z.union([z.string().trim().min(1).max(2000), z.number().positive().transform(String)]);

function distances(greatest: number) {
  return {
    atr: z.number().positive().max(1000).optional().describe('Multiples of ATR(14) at the bar of decision'),
    percent: z.number().positive().max(greatest).optional().describe('Fraction of the entry price'),
    price: formula.optional().describe('Formula of a price'),
  };
}

const distanceNames = Object.keys(distances(1));
const oneDistance = { error: 'takes exactly one of atr, percent, price.' };

function namesOneOf(names: readonly string[]): (value: Record<string, unknown>) => boolean {
  return (value) => names.filter((name) => value[name] !== undefined).length === 1;
}

const stop = z.strictObject(distances(1)).refine(namesOneOf(distanceNames), oneDistance);
const target = z
  .strictObject({ ...distances(100), fraction: z.number().positive().max(1).default(1) })
  .refine(namesOneOf(distanceNames), oneDistance);

const commission = z.strictObject({
  percent: rate.default(0).describe('Fraction of the value traded'),
  per_unit: cost.default(0).describe('Account currency per unit or contract'),
  fixed: cost.default(0).describe('Account currency per fill'),
  minimum: cost.default(0).describe('Least commission of a fill, account currency'),
});

const slippageParts = {
  percent: rate.optional().describe('Fraction of the price'),
  ticks: cost.optional().describe('Ticks of the instrument'),
  spread_fraction: cost.optional().describe('Share of `spread.percent`'),
  volume_share: cost.optional().describe('Fraction of the price lost by an order as large as the volume of its bar'),
};
const slippage = z.strictObject(slippageParts).refine(namesOneOf(Object.keys(slippageParts)), {
  error: 'takes exactly one of percent, ticks, spread_fraction, volume_share.',
});

const entry = z
  .strictObject({
    order: z.enum(['market', 'limit', 'stop', 'stop_limit']).default('market'),
    price: formula.optional().describe('The limit, or the stop of stop and stop_limit; formula at the bar of decision'),
    limit_price: formula.optional().describe('The limit of stop_limit'),
    valid_bars: z.int().min(1).max(100_000).default(1).describe('Bars it rests after the bar of decision'),
  })
  .refine(({ order, price }) => (order === 'market') === (price === undefined), {
    path: ['price'],
    error: 'belongs to limit, stop and stop_limit orders, and they need it.',
  })
  .refine(({ order, limit_price }) => (order === 'stop_limit') === (limit_price !== undefined), {
    path: ['limit_price'],
    error: 'belongs to stop_limit orders, and they need it.',
  });

const equityFraction = z.number().positive().max(100);
const sizingSchema = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('units'), value: z.number().positive() }),
  z.strictObject({ method: z.literal('percent_of_equity'), value: equityFraction.default(0.95) }),
  z.strictObject({
    method: z.literal('volatility_target'),
    annual: z.number().positive().max(10).describe('Wished volatility of the position, a year'),
    lookback: z.int().min(2).max(10_000).default(20).describe('Bars the volatility is measured over'),
    max_leverage: equityFraction.default(1),
  }),
  z.strictObject({
    method: z.literal('kelly_fraction'),
    value: rate.default(0.5).describe('Share of the Kelly fraction of the positions closed so far'),
    minimum_trades: z.int().min(2).max(10_000).default(20),
    initial: equityFraction.default(0.1).describe('Fraction of equity before `minimum_trades`'),
  }),
  z.strictObject({ method: z.literal('confidence'), value: equityFraction.default(0.95) }),
]);

const financing = z.strictObject({
  short_borrow_annual: rate.default(0).describe('Paid on the value held short'),
  cash_annual: rate.default(0).describe('Earned on free cash'),
  margin_annual: rate.default(0).describe('Paid on borrowed cash'),
});

const quotes = z
  .strictObject({
    bid: storedSymbol.describe('Series of the prices that are sold at'),
    ask: storedSymbol.describe('Series of the prices that are bought at'),
  })
  .refine(({ bid, ask }) => bid !== ask, { path: ['ask'], error: 'is the same series as bid.' });

/**
 * The `execution:` block of a strategy, and every default of it. `commission`, `slippage` and `spread` that are null
 * are what `costs` says: the table of costs.ts (`auto`), or nothing (`none`).
 */
export const executionSchema = z
  .strictObject({
    fill: z.enum(['next_open', 'next_close', 'signal_close']).default('next_open'),
    costs: z.enum(['auto', 'none']).default('auto'),
    commission: commission.nullable().default(null),
    slippage: slippage.nullable().default(null),
    spread: z
      .strictObject({ percent: rate.describe('Fraction of the price; market and stop entries pay it in full') })
      .nullable()
      .default(null),
    quotes: quotes.nullable().default(null),
    volume_limit: z
      .number()
      .positive()
      .max(1)
      .nullable()
      .default(null)
      .describe("Largest share of a bar's volume that is traded in it; the rest waits for later bars"),
    entry: entry.prefault({}),
    limit_fill: z.enum(['through', 'touch']).default('through'),
    intrabar: z.enum(['pessimistic', 'optimistic', 'open_high_low_close']).default('pessimistic'),
    sizing: sizingSchema.prefault({ method: 'percent_of_equity' }),
    quantity_step: z.union([z.literal('auto'), z.number().nonnegative()]).default('auto'),
    leverage: z.number().min(1).max(100).default(1),
    stop_loss: stop.nullable().default(null),
    take_profit: z
      .union([target, z.array(target).min(1).max(10)])
      .nullable()
      .default(null)
      .transform((targets) => (targets === null || Array.isArray(targets) ? targets : [targets])),
    trailing_stop: stop.nullable().default(null),
    max_holding_bars: z.int().min(1).nullable().default(null),
    financing: financing.prefault({}),
    at_end: z.enum(['close_at_last_close', 'mark']).default('close_at_last_close'),
  })
  .superRefine(({ sizing, leverage, take_profit, slippage, quotes }, context) => {
    if (quotes && slippage?.spread_fraction !== undefined) {
      const message = 'is a share of spread.percent, which quotes replace; the quoted spread is paid as it is.';
      context.addIssue({ code: 'custom', path: ['slippage', 'spread_fraction'], message });
    }
    const wanted = wantedLeverage(sizing);
    if (wanted > leverage) {
      const message = `asks for ${wanted} times the equity, and leverage allows ${leverage}.`;
      context.addIssue({ code: 'custom', path: ['sizing'], message });
    }
    // After a fault within take_profit this still runs, on what was given.
    const targets = Array.isArray(take_profit) ? take_profit : [];
    const share = targets.reduce((sum, { fraction }) => sum + fraction, 0);
    if (share > 1 + 1e-9) {
      const message = `closes ${share} of the position; the fractions add up to at most 1.`;
      context.addIssue({ code: 'custom', path: ['take_profit'], message });
    }
  });

export type Execution = z.infer<typeof executionSchema>;
export type StopRule = NonNullable<Execution['stop_loss']>;
export type TargetRule = NonNullable<Execution['take_profit']>[number];
export type Sizing = Execution['sizing'];

function wantedLeverage(sizing: z.infer<typeof sizingSchema>): number {
  switch (sizing.method) {
    case 'percent_of_equity':
    case 'confidence':
      return sizing.value;
    case 'volatility_target':
      return sizing.max_leverage;
    case 'kelly_fraction':
      return sizing.initial;
    case 'units':
      return 0;
  }
}

/**
 * A strategy's `execution` block with some keys replaced whole: a given key, else the strategy's, else the default.
 * Throws `invalid_input` with every fault, its path from `execution`.
 */
export function overrideExecution(strategy: unknown, override: unknown): Execution {
  const parsed = executionSchema.safeParse({ ...mapping(strategy), ...mapping(override) });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.flatMap((issue) => problemsOf(issue, ['execution']));
  const [{ path, message, hint }] = problems;
  throw new LabError('invalid_input', `${path} ${message}`, {
    path,
    problems,
    ...(hint === undefined ? {} : { hint }),
  });
}

function mapping(value: unknown): object {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new LabError('invalid_input', 'execution is a mapping of keys to values.', { path: 'execution' });
  }
  return Object.fromEntries(Object.entries(value).filter(([, given]) => given !== undefined));
}

function problemsOf(issue: z.core.$ZodIssue, above: PropertyKey[]): Problem[] {
  const path = [...above, ...issue.path];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(key, path));
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    return nearestBranch(issue.errors).flatMap((inner) => problemsOf(inner, path));
  }
  return [{ path: path.join('.'), message: issue.message }];
}

/** Of a union's branches, the one the value was meant for: it fails deepest inside. */
function nearestBranch(branches: z.core.$ZodIssue[][]): z.core.$ZodIssue[] {
  const meant = branches.find((issues) =>
    issues.some((issue) => issue.code !== 'invalid_type' || issue.path.length > 0),
  );
  return meant ?? branches[0];
}

function unknownKey(key: string, path: PropertyKey[]): Problem {
  const near = nearest(key, knownKeys);
  return {
    path: [...path, key].join('.'),
    message: 'is not a key of the grammar.',
    hint:
      near === undefined ? `Known are ${Object.keys(executionSchema.shape).join(', ')}.` : `Did you mean "${near}"?`,
  };
}

const knownKeys = [
  executionSchema.shape,
  distances(1),
  commission.shape,
  slippageParts,
  entry.shape,
  financing.shape,
  quotes.shape,
  ...sizingSchema.options.map((option) => option.shape),
].flatMap((shape) => Object.keys(shape));
