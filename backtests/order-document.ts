import { z } from 'zod';
import { type ExplicitOrder, orderListSchema, parsed, readOrderRows } from './explicit-order.ts';
import { type ReplayEngine, replayEngineSchema } from './replay.ts';
import { readVectorbtRun, vectorbtRunSchema } from './vectorbt-run.ts';

const engine = replayEngineSchema.optional();
const runSchema = z.object({ result: orderListSchema, engine });
const listSchema = orderListSchema.extend({ engine });

/** A list of orders, and what the document says about the rules they are to be run under. */
export interface OrderDocument {
  orders: ExplicitOrder[];
  /** Of a run of backtesting.py: its rules (replay.ts). */
  engine: ReplayEngine | null;
  /** Of a run of vectorbt: its settings as an `execution` block with `initial_capital`; our rules (order-list.ts). */
  execution: Record<string, unknown> | null;
}

/**
 * Reads `{orders, order_fields?, engine?}`, a bare list of orders, or a recorded run of backtesting.py or vectorbt with
 * the orders in its `result`. Throws `invalid_input` naming the row.
 */
export function readOrderDocument(document: unknown): OrderDocument {
  if (Array.isArray(document)) return readOrderDocument({ orders: document });
  const vectorbt = vectorbtRunSchema.safeParse(document);
  if (vectorbt.success) return { engine: null, ...readVectorbtRun(vectorbt.data) };
  const isRun = typeof document === 'object' && document !== null && 'result' in document;
  const { engine: rules = null, ...list } = isRun ? listOf(document) : parsed(listSchema, document, 'orders');
  return { orders: readOrderRows(list), engine: rules, execution: null };
}

function listOf(run: object): z.output<typeof listSchema> {
  const { result, engine: rules } = parsed(runSchema, run, 'run');
  return { ...result, engine: rules };
}
