import { createHash } from 'node:crypto';
import { LabError } from '@stratlab/lab/error.ts';
import { z } from 'zod';
import { answerBudget, largestAnswer } from './budget.ts';

export type Cell = string | number | boolean | null;

/** What can be cut out by position: an array, or something that makes only the items asked for. */
export interface Sequence<Item> {
  readonly length: number;
  slice(start: number, end: number): readonly Item[];
}

export type Rows = Sequence<readonly Cell[]>;

/** Which page of a table or list is wanted; every other argument of the call belongs to its cursor. */
export interface PageInput {
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** The input fields of a tool that answers with a table or a list: `z.strictObject({…, ...paging})`. */
export const paging = {
  limit: z
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe('Rows to answer with, 1 to 10000. Without it: as many as fit into 8 kB.'),
  cursor: z.string().max(200).optional().describe('next_cursor of the answer before, to the same call.'),
};

/** The output fields of such a tool: `z.object({…, ...tableFields})`. */
export const tableFields = {
  columns: z.array(z.string()),
  rows: z.array(z.array(z.union([z.string(), z.number(), z.boolean(), z.null()]))),
  total_rows: z.int(),
  next_cursor: z.string().optional(),
};

export interface Table {
  columns: string[];
  rows: Cell[][];
  /** Rows of all pages. */
  total_rows: number;
  /** Only where more rows follow. */
  next_cursor?: string;
}

/** What a page is where the call names no `limit`. */
interface PageSize {
  /** Rows at most; 1000. */
  usual?: number;
  /** Bytes of the answer that summary, warnings and the other fields take; 2000. */
  beside?: number;
}

/**
 * One page of a table: from `input.cursor` on, at most `input.limit` rows, else as many as `size` and 8 kB allow.
 * Throws `invalid_input` for a cursor that belongs to another call.
 */
export function pagedTable(columns: readonly string[], rows: Rows, input: PageInput, size: PageSize = {}): Table {
  const { items, ...rest } = pageOf(rows, fingerprint(columns, input), input, size);
  return { columns: [...columns], rows: items.map((row) => [...row]), total_rows: rows.length, ...rest };
}

/** As `pagedTable`, for a list of records. */
export function pagedList<Item>(
  items: Sequence<Item>,
  input: PageInput,
  size: PageSize = {},
): { items: Item[]; next_cursor?: string } {
  return pageOf(items, fingerprint([], input), input, size);
}

function pageOf<Item>(
  all: Sequence<Item>,
  query: string,
  input: PageInput,
  { usual = 1_000, beside = 2_000 }: PageSize,
): { items: Item[]; next_cursor?: string } {
  const start = input.cursor === undefined ? 0 : offsetOf(input.cursor, query);
  const wanted = all.slice(start, start + (input.limit ?? usual));
  const items = fitting(wanted, (input.limit === undefined ? answerBudget : largestAnswer) - beside);
  const end = start + items.length;
  return end < all.length ? { items, next_cursor: cursorAt(end, query) } : { items };
}

/** The first items whose JSON takes at most `budget` bytes; one at least, so that every page moves on. */
function fitting<Item>(items: readonly Item[], budget: number): Item[] {
  const page: Item[] = [];
  let bytes = 2;
  for (const item of items) {
    bytes += Buffer.byteLength(JSON.stringify(item)) + 1;
    if (bytes > budget && page.length > 0) break;
    page.push(item);
  }
  return page;
}

function fingerprint(columns: readonly string[], input: object): string {
  const query = Object.entries(input).filter(([key]) => key !== 'limit' && key !== 'cursor');
  return createHash('sha256')
    .update(JSON.stringify([columns, query]))
    .digest('hex')
    .slice(0, 12);
}

function cursorAt(offset: number, query: string): string {
  return Buffer.from(`${offset}.${query}`).toString('base64url');
}

function offsetOf(cursor: string, query: string): number {
  const [offset, of] = Buffer.from(cursor, 'base64url').toString().split('.');
  if (of === query && /^\d{1,12}$/.test(offset)) return Number(offset);
  throw new LabError('invalid_input', `"${cursor}" is not a cursor of this call.`, {
    path: 'cursor',
    hint: 'Call without cursor, or with the arguments of the call that gave it.',
  });
}
