import assert from 'node:assert/strict';
import type { Lab } from '@stratlab/lab/lab.ts';
import { answerWithinMs, callTool } from '@stratlab/mcp/call.ts';
import type { Tool } from '@stratlab/mcp/tool.ts';

/**
 * The law that a tool's example runs: called as an agent would, it is no failure, its answer keeps to 8 kB (unless it
 * asks for more with `limit`), and every next call that it names is one of `tools` and has arguments that it takes.
 * `given` replaces the example where that names an id which only a test can know. Returns the answer's fields.
 */
export async function checkExample(
  lab: Lab,
  tool: Tool,
  tools: readonly Tool[],
  given: Record<string, unknown> = tool.description.example,
): Promise<Record<string, unknown>> {
  const context = { signal: new AbortController().signal, progress() {} };
  const result = await callTool(tool, lab, given, context, { offered: tools, answerWithinMs, principal: 'owner' });
  assert.notEqual(result.isError, true, `${tool.name} ${JSON.stringify(given)}: ${JSON.stringify(result.content)}`);
  const fields = Object(result.structuredContent);
  if (!('limit' in given))
    assert.ok(Buffer.byteLength(JSON.stringify(fields)) <= 8_000, `${tool.name} answers too much`);
  for (const next of fields.next ?? []) {
    const target = tools.find(({ name }) => name === next.tool);
    const parsed = target?.input.safeParse(next.arguments);
    assert.ok(
      parsed?.success,
      `${tool.name} names ${next.tool} ${JSON.stringify(next.arguments)}: ${parsed?.error?.message}`,
    );
  }
  return fields;
}
