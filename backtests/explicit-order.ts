import { LabError } from '@stratlab/data/error.ts';
import { z } from 'zod';

const orderKinds = ['entry', 'cancel', 'close', 'set_sl', 'set_tp', 'fill'] as const;
const price = z.number().positive().nullable().default(null);

/**
 * One instruction, given after the close of bar `issued_on_bar` in the order of the list. `entry` places an order
 * (market without `limit` and `stop`); `cancel` withdraws a resting order of the same size, limit and stop; `close`
 * closes `size` of the trade opened on `entry_bar_of_trade`; `set_sl` and `set_tp` move that trade's bracket to `stop`
 * or `limit`; `fill` is a fill as another engine recorded it, at `price` for `fees`. The sign of `size` is the side.
 */
const orderSchema = z
  .strictObject({
    issued_on_bar: z.int().nonnegative(),
    kind: z.enum(orderKinds),
    size: z.number().default(0),
    limit: price,
    stop: price,
    sl: price,
    tp: price,
    entry_bar_of_trade: z.int().nonnegative().nullable().default(null),
    /** Bars that a limit or stop rests; null until it is cancelled. */
    valid_bars: z.int().positive().nullable().default(null),
    price,
    fees: z.number().nonnegative().nullable().default(null),
  })
  .refine(({ kind, size }) => size !== 0 || (kind !== 'entry' && kind !== 'fill'), {
    path: ['size'],
    error: 'must not be 0: its sign is the side.',
  })
  .refine(({ kind, price }) => (kind === 'fill') === (price !== null), {
    path: ['price'],
    error: 'is what a fill was done at, and belongs to fills alone.',
  });
export type ExplicitOrder = z.infer<typeof orderSchema>;

const fields = Object.keys(orderSchema.shape);

export const orderListSchema = z.object({
  orders: z.array(z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())])),
  order_fields: z.array(z.string()).default(fields),
});

/**
 * Rows of a list as orders: objects, or arrays in the order of `order_fields`. Rows with a `side` are fills as vectorbt
 * records them. Throws `invalid_input` naming the row.
 */
export function readOrderRows({ orders, order_fields }: z.infer<typeof orderListSchema>): ExplicitOrder[] {
  const names = order_fields.map((name) => name.replace(/\(.*/, ''));
  return orders.map((row, k) => {
    const named = Array.isArray(row) ? Object.fromEntries(names.map((name, j) => [name, row[j]])) : row;
    return parsed(orderSchema, 'side' in named ? recordedFill(named) : named, `orders.${k}`);
  });
}

/** `{bar, size, price, fees, side}`; side 0 or "buy", 1 or "sell". */
function recordedFill({ bar, side, size, ...rest }: Record<string, unknown>): Record<string, unknown> {
  const sells = side === 1 || /^sell$/i.test(String(side));
  const known = sells || side === 0 || /^buy$/i.test(String(side));
  return {
    kind: 'fill',
    issued_on_bar: bar,
    size: known && typeof size === 'number' ? (sells ? -size : size) : side,
    ...rest,
  };
}

/** Parses a part of an order document. Throws `invalid_input` with the first fault, its path below `path`. */
export function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown, path: string): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = [path, ...issue.path].join('.');
  throw new LabError('invalid_input', `${where}: ${issue.message}`, {
    path: where,
    hint: `An order has ${fields.join(', ')}; kind is one of ${orderKinds.join(', ')}.`,
  });
}
