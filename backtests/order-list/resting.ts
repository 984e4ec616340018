import type { Execution } from '../execution.ts';
import type { ExplicitOrder } from '../explicit-order.ts';
import { EntryOrder } from '../simulation/entry-order.ts';

/** An order of the list that waits for its price. */
export interface Resting {
  order: ExplicitOrder;
  entry: EntryOrder;
}

/** The order as one that rests from the bar after it was issued. */
export function restingOrder(order: ExplicitOrder, execution: Execution): Resting {
  const { limit, stop, issued_on_bar: bar, valid_bars: valid } = order;
  const kind = stop === null ? 'limit' : limit === null ? 'stop' : 'stop_limit';
  const entry = new EntryOrder({ ...execution, entry: { ...execution.entry, order: kind } });
  const last = valid === null ? Number.POSITIVE_INFINITY : bar + valid;
  entry.place(Math.sign(order.size), stop ?? limit ?? Number.NaN, limit ?? Number.NaN, bar, last);
  return { order, entry };
}

/** True where the bar opens at or beyond the price: such an order acts before anything else in the bar. */
export function actsAtOpen({ order: { limit, stop, size } }: Resting, open: number): boolean {
  const side = Math.sign(size);
  return stop === null ? side * open <= side * (limit ?? Number.NaN) : side * open >= side * stop;
}
