import { z } from 'zod';
import { type ExplicitOrder, orderListSchema, readOrderRows } from './explicit-order.ts';

const rate = z.number().nonnegative().default(0);

/** A run of vectorbt's `Portfolio.from_signals` with its settings and recorded fills. */
export const vectorbtRunSchema = z.object({
  fill: z.enum(['close', 'next_open']),
  settings: z.object({
    init_cash: z.number().positive(),
    fees: rate,
    fixed_fees: rate,
    slippage: rate,
    sl_stop: z.number().positive().optional(),
    sl_trail: z.boolean().default(false),
    tp_stop: z.number().positive().optional(),
  }),
  result: orderListSchema,
});
type VectorbtRun = z.infer<typeof vectorbtRunSchema>;

/** The share of a position below which vectorbt's own rounding ends. */
const rounding = 1e-9;

/**
 * The recorded fills as orders, with the settings as an `execution` block. Where vectorbt's rules are ours, they are
 * orders of the bar before or of their own close, so that prices, stops and fees are found anew: what only reduces a
 * position becomes a `close`, which finds nothing to close where a stop has acted before. Else they stay fills.
 */
export function readVectorbtRun({ fill, settings, result }: VectorbtRun): {
  orders: ExplicitOrder[];
  execution: Record<string, unknown>;
} {
  const fills = readOrderRows(result);
  const kinds = kindsOf(fills);
  const sharesRules = hasOurStops(fill, settings) && !(settings.fixed_fees > 0 && kinds.includes('reversal'));
  if (!sharesRules)
    return { orders: fills, execution: executionOf(fill, { ...settings, sl_stop: undefined, tp_stop: undefined }) };
  const orders = fills.map(
    (recorded, k): ExplicitOrder => ({
      ...recorded,
      kind: kinds[k] === 'close' ? 'close' : 'entry',
      issued_on_bar: fill === 'close' ? recorded.issued_on_bar : recorded.issued_on_bar - 1,
      price: null,
      fees: null,
    }),
  );
  return { orders, execution: executionOf(fill, settings) };
}

/** vectorbt measures stops from the price before slippage, does not slip them, and wants them later after an open. */
function hasOurStops(fill: VectorbtRun['fill'], { sl_stop, tp_stop, slippage }: VectorbtRun['settings']): boolean {
  return (sl_stop === undefined && tp_stop === undefined) || (slippage === 0 && fill === 'close');
}

/** What each fill does to the position that the ones before it left. */
function kindsOf(fills: readonly ExplicitOrder[]): ('entry' | 'close' | 'reversal')[] {
  let position = 0;
  return fills.map(({ size }) => {
    const before = position;
    position = Math.abs(before + size) <= rounding * Math.abs(size) ? 0 : before + size;
    if (before * size >= 0) return 'entry';
    return before * position >= 0 ? 'close' : 'reversal';
  });
}

function executionOf(fill: VectorbtRun['fill'], settings: VectorbtRun['settings']): Record<string, unknown> {
  const { init_cash, fees, fixed_fees, slippage, sl_stop, sl_trail, tp_stop } = settings;
  const stop = sl_stop === undefined ? null : { percent: sl_stop };
  return {
    initial_capital: init_cash,
    fill: fill === 'close' ? 'signal_close' : 'next_open',
    costs: 'none',
    commission: { percent: fees, fixed: fixed_fees },
    slippage: { percent: slippage },
    quantity_step: 0,
    sizing: { method: 'units', value: 1 },
    stop_loss: sl_trail ? null : stop,
    trailing_stop: sl_trail ? stop : null,
    take_profit: tp_stop === undefined ? null : { percent: tp_stop },
    limit_fill: 'touch',
    at_end: 'mark',
  };
}
