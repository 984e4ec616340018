import type { CallToolResult } from '@modelcontextprotocol/server';

export const tasksExtension = 'io.modelcontextprotocol/tasks';

/** How a task stands, in the extension's words. */
export interface TaskState {
  taskId: string;
  status: 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled';
  statusMessage?: string;
  createdAt: string;
  lastUpdatedAt: string;
}

/** With what `tasks/get` adds: `failed` is for faults of the protocol, a tool that fails has completed with `isError`. */
export type DetailedTask =
  | (TaskState & { status: 'working' | 'cancelled' })
  | (TaskState & { status: 'input_required'; inputRequests: Record<string, object> })
  | (TaskState & { status: 'completed'; result: CallToolResult })
  | (TaskState & { status: 'failed'; error: { code: number; message: string } });

/** Where tasks are kept. Each throws `not_found` for a task that it does not know. */
export interface TaskSource {
  state(id: string): TaskState;
  /** As `state`, with its outcome, which counts as told. */
  get(id: string): Promise<DetailedTask>;
  /** Asks a task to end; one that has ended stays as it is. */
  cancel(id: string): Promise<void>;
  /** Gives a waiting task its input; answers to what was not asked are passed over. */
  answer(id: string, responses: Record<string, unknown>): void;
}

/** What every message about a task carries: tasks are kept for good, and asked for at most once a second. */
export const terms = { ttlMs: null, pollIntervalMs: 1000 } as const;
