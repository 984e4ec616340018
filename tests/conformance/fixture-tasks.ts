import { randomUUID } from 'node:crypto';
import type { CallToolResult, InputRequest } from '@modelcontextprotocol/client';
import { LabError } from '@stratlab/lab/error.ts';
import type { DetailedTask, TaskSource } from '@stratlab/mcp/tasks-extension/task.ts';

type Outcome =
  | { status: 'completed'; result: CallToolResult }
  | { status: 'failed'; error: { code: number; message: string } };

interface Work {
  /** Fires when the task is cancelled. */
  signal: AbortSignal;
  /** Resolves with the answers once all are there. */
  ask(requests: Record<string, InputRequest>): Promise<Record<string, unknown>>;
}

interface Kept {
  createdAt: string;
  lastUpdatedAt: string;
  outcome: Outcome | { status: 'working' | 'cancelled' };
  open: Map<string, InputRequest>;
  answers: Record<string, unknown>;
  onAnswered: () => void;
  cancel: AbortController;
}

/** Tasks of fixtures, in memory: the extension's messages are the product's, only the work behind them is not. */
export class FixtureTasks implements TaskSource {
  readonly #tasks = new Map<string, Kept>();

  /** The id of a task that has begun with `work`. */
  start(work: (context: Work) => Promise<Outcome>): string {
    const id = `task_${randomUUID()}`;
    const at = new Date().toISOString();
    const cancel = new AbortController();
    const task: Kept = {
      createdAt: at,
      lastUpdatedAt: at,
      outcome: { status: 'working' },
      open: new Map(),
      answers: {},
      onAnswered: () => {},
      cancel,
    };
    this.#tasks.set(id, task);
    const ask = (requests: Record<string, InputRequest>) => {
      const { promise, resolve } = Promise.withResolvers<Record<string, unknown>>();
      task.open = new Map(Object.entries(requests));
      task.onAnswered = () => resolve(task.answers);
      return promise;
    };
    void work({ signal: cancel.signal, ask }).then((outcome) => end(task, outcome));
    return id;
  }

  state(id: string) {
    const { open, outcome, createdAt, lastUpdatedAt } = this.#require(id);
    const status = open.size > 0 && outcome.status === 'working' ? ('input_required' as const) : outcome.status;
    return { taskId: id, status, createdAt, lastUpdatedAt };
  }

  async get(id: string): Promise<DetailedTask> {
    const { open, outcome } = this.#require(id);
    const { status, ...state } = this.state(id);
    if (status === 'input_required') return { ...state, status, inputRequests: Object.fromEntries(open) };
    return { ...state, ...outcome };
  }

  async cancel(id: string): Promise<void> {
    const task = this.#require(id);
    end(task, { status: 'cancelled' });
    task.cancel.abort();
  }

  answer(id: string, responses: Record<string, unknown>): void {
    const task = this.#require(id);
    const asked = Object.keys(responses).filter((key) => task.open.delete(key));
    for (const key of asked) task.answers[key] = responses[key];
    if (asked.length > 0 && task.open.size === 0) task.onAnswered();
  }

  #require(id: string): Kept {
    const task = this.#tasks.get(id);
    if (task === undefined) throw new LabError('not_found', `There is no task "${id}".`);
    return task;
  }
}

function end(task: Kept, outcome: Kept['outcome']): void {
  if (task.outcome.status !== 'working') return;
  task.outcome = outcome;
  task.lastUpdatedAt = new Date().toISOString();
}
