import { LabError } from '@stratlab/lab/error.ts';
import { pagedTable, paging, tableFields } from '@stratlab/mcp/table.ts';
import { defineTool, type Tool } from '@stratlab/mcp/tool.ts';
import { z } from 'zod';

const annotations = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false };
const about = (example: Record<string, unknown>) => ({
  does: 'Does something plain, for a test of the protocol.',
  useWhen: 'a test wants it.',
  next: 'nothing.',
  example,
});

const greet = defineTool({
  name: 'greet',
  title: 'Greet',
  toolset: 'system',
  description: { ...about({}), example: { name: 'Ada' } },
  input: z.strictObject({
    name: z.string().min(2).max(40).describe('Whom to greet.'),
    times: z.int().min(1).max(3).default(1).describe('How often, 1 to 3.'),
    mood: z.enum(['warm', 'cool']).optional().describe('How.'),
    options: z
      .strictObject({ loud: z.boolean().optional().describe('In capitals.') })
      .optional()
      .describe('More.'),
  }),
  output: z.object({ greeting: z.string(), times: z.int() }),
  annotations,
  run: (_lab, { name, times }) => ({
    times,
    greeting: `Hello, ${name}!`,
    summary: `Greeted ${name}.`,
    warnings: ['Nobody answered.'],
    next: [
      { tool: 'greet', arguments: { name: 'Bob' }, why: 'he is next' },
      { tool: 'not_offered', arguments: {} },
    ],
  }),
});

const listNumbers = defineTool({
  name: 'list_numbers',
  title: 'List numbers',
  toolset: 'data',
  description: { ...about({}), example: { limit: 5 } },
  input: z.strictObject({ below: z.int().min(0).default(1_000).describe('End, excluded.'), ...paging }),
  output: z.object(tableFields),
  annotations,
  run: (_lab, input) => {
    const rows = Array.from({ length: input.below }, (_, n) => [n, n % 2 === 0, `the number ${n}`]);
    return { summary: `${input.below} numbers.`, ...pagedTable(['n', 'even', 'words'], rows, input) };
  },
});

const listRecords = defineTool({
  name: 'list_records',
  title: 'List records',
  toolset: 'knowledge',
  description: { ...about({}), example: {} },
  input: z.strictObject({}),
  output: z.object({ records: z.array(z.object({ id: z.int(), text: z.string() })), series: z.array(z.number()) }),
  annotations: { ...annotations, readOnlyHint: false },
  run: () => ({
    summary: 'Many records.',
    records: Array.from({ length: 400 }, (_, id) => ({ id, text: 'a record of some length, as records are' })),
    series: [1, 2, 3],
  }),
});

const refuse = defineTool({
  name: 'refuse',
  title: 'Refuse',
  toolset: 'system',
  description: { ...about({}), example: {} },
  input: z.strictObject({}),
  output: z.object({}),
  annotations,
  run: () => {
    throw new LabError('not_found', 'There is no series ABC 1d.', {
      path: 'symbol',
      hint: 'list_market_data shows them.',
    });
  },
});

const fail = defineTool({
  name: 'fail',
  title: 'Fail',
  toolset: 'system',
  description: { ...about({}), example: {} },
  input: z.strictObject({}),
  output: z.object({}),
  annotations,
  run: () => {
    throw new TypeError('x is not a function');
  },
});

const lie = defineTool({
  name: 'lie',
  title: 'Answer against the own schema',
  toolset: 'system',
  description: { ...about({}), example: {} },
  input: z.strictObject({}),
  output: z.object({ ratio: z.number() }),
  annotations,
  run: () => ({ summary: 'A ratio of nothing.', ratio: Number.NaN }),
});

const dawdle = defineTool({
  name: 'dawdle',
  title: 'Take time',
  toolset: 'training',
  description: { ...about({}), example: { ms: 5 } },
  input: z.strictObject({ ms: z.int().min(0).max(60_000).describe('Milliseconds.') }),
  output: z.object({}),
  annotations,
  run: async (_lab, { ms }, { progress }) => {
    progress(0, 'began');
    progress(50, 'half way');
    progress(20, 'backwards is not told');
    await new Promise((resolve) => setTimeout(resolve, ms));
    return { summary: `Took ${ms} ms.` };
  },
});

const chatter = defineTool({
  name: 'chatter',
  title: 'Print to stdout',
  toolset: 'system',
  description: { ...about({}), example: {} },
  input: z.strictObject({}),
  output: z.object({}),
  annotations,
  run: () => {
    // biome-ignore lint/suspicious/noConsole: this is what a careless dependency does
    console.log('a dependency prints');
    process.stdout.write('a dependency writes\n');
    return { summary: 'Chattered.' };
  },
});

const draw = defineTool({
  name: 'draw',
  title: 'Draw',
  toolset: 'backtest',
  description: { ...about({}), example: {} },
  input: z.strictObject({}),
  output: z.object({ width: z.int() }),
  annotations,
  picture: true,
  run: () => ({
    summary: 'A small picture.',
    width: 1,
    attachments: [{ type: 'image', data: 'iVBORw0KGgo=', mimeType: 'image/png' }],
  }),
});

/** Tools that show what the protocol does with answers and faults of every kind. */
export const fixtureTools: readonly Tool[] = [
  greet,
  listNumbers,
  listRecords,
  refuse,
  fail,
  lie,
  dawdle,
  chatter,
  draw,
];
