import { setTimeout as after } from 'node:timers/promises';
import { defineTool, type Tool } from '@stratlab/mcp/tool.ts';
import { z } from 'zod';

const annotations = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false };
const about = { does: 'Does something plain.', useWhen: 'a test wants it.', next: 'nothing.' };

/** Tools that show what a connection does, and how often each of them was run. */
export function connectionTools() {
  const runs = { count: 0, pour: 0 };
  const count = defineTool({
    name: 'count',
    title: 'Count',
    toolset: 'system',
    description: { ...about, example: { to: 5, every_ms: 10 } },
    input: z.strictObject({
      to: z.int().min(1).max(100).describe('Last number.'),
      every_ms: z.int().min(0).max(1_000).describe('Milliseconds between two.'),
    }),
    output: z.object({ runs: z.int() }),
    annotations,
    run: async (_lab, { to, every_ms }, { progress, signal }) => {
      runs.count += 1;
      for (let number = 1; number <= to; number++) {
        await after(every_ms, undefined, { signal });
        progress(number, `at ${number}`);
      }
      return { summary: `Counted to ${to}.`, runs: runs.count };
    },
  });
  const pour = defineTool({
    name: 'pour',
    title: 'Pour',
    toolset: 'system',
    description: { ...about, example: { limit: 10 } },
    input: z.strictObject({ limit: z.int().min(1).max(2_000_000).describe('Letters of the answer.') }),
    output: z.object({ letters: z.string() }),
    annotations,
    run: (_lab, { limit }) => {
      runs.pour += 1;
      return { summary: `${limit} letters.`, letters: 'x'.repeat(limit) };
    },
  });
  const tools: readonly Tool[] = [count, pour];
  return { tools, runs };
}
