import type { CallToolResult, ServerContext } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { declaresTasks } from './declaration.ts';
import { type TaskSource, terms } from './task.ts';

const started = z.object({ task_id: z.string(), check_status_tool: z.string() });

/**
 * The result of a call as its client wants it: one that declared the extension gets a task in place of an answer that
 * says where to ask for one. Its `content` is empty because the SDK puts one into every result of a tool.
 */
export function resultOrTask(result: CallToolResult, source: TaskSource, context: ServerContext): CallToolResult {
  if (!declaresTasks(context)) return result;
  const { data } = started.safeParse(result.structuredContent);
  return data === undefined ? result : taskResult(data.task_id, source);
}

/** What answers a call in place of its result. */
export function taskResult(id: string, source: TaskSource): CallToolResult {
  return { resultType: 'task', content: [], ...source.state(id), ...terms };
}
