import type { CallToolResult, InputRequiredResult } from '@modelcontextprotocol/client';
import type { buildServer } from '@stratlab/mcp/server.ts';
import type { declaresTasks } from '@stratlab/mcp/tasks-extension/declaration.ts';

export type FixtureServer = ReturnType<typeof buildServer>;
export type Context = Parameters<typeof declaresTasks>[0];
export type Given = Record<string, unknown>;

/** A tool that the official suites ask for by name. */
export interface FixtureTool {
  name: string;
  inputSchema?: Record<string, unknown>;
  run(
    given: Given,
    context: Context,
  ): CallToolResult | InputRequiredResult | Promise<CallToolResult | InputRequiredResult>;
}

export function text(words: string): CallToolResult {
  return { content: [{ type: 'text', text: words }] };
}

/** One red pixel. */
export const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';
