import { getTaskStatus, longestWaitMs } from '@stratlab/lab/get-task-status.ts';
import { briefTask, isEnded, type TaskView } from '@stratlab/lab/task-view.ts';
import { z } from 'zod';
import { answerBudget, bytesOf } from '../budget.ts';
import { readOnly } from '../data-fields.ts';
import { nextAfter, taskFields, taskInWords, tasksInWords } from '../task-fields.ts';
import { defineTool } from '../tool.ts';

export const getTaskStatusTool = defineTool({
  name: 'get_task_status',
  title: 'How tasks stand',
  toolset: 'training',
  description: {
    does: 'Says how tasks stand: status, progress, time left, and the result or the error of those that ended.',
    useWhen: 'a call answered with a task_id. With wait_ms it waits for an end instead of being asked again and again.',
    next: 'what the result is for: run_backtest with a model, get_backtest with a backtest.',
    example: { task_id: 'task_2h7k9m4qxw', wait_ms: 20_000 },
  },
  input: z.strictObject({
    task_id: z.string().optional().describe('One task (task_…); its fields then stand at the top too.'),
    task_ids: z.array(z.string()).min(1).max(100).optional().describe('Several tasks, 1 to 100.'),
    experiment_id: z
      .string()
      .optional()
      .describe('All tasks of an experiment. Without any of the three: those under way or not read yet.'),
    wait_ms: z
      .int()
      .min(0)
      .max(longestWaitMs)
      .default(0)
      .describe('Waits until one of them ends, at most so many milliseconds, 0 to 20000.'),
  }),
  output: z.object({ ...z.object(taskFields).partial().shape, tasks: z.array(z.object(taskFields)) }),
  annotations: readOnly,
  async run(lab, input, context) {
    const { tasks, warnings } = await getTaskStatus(lab, input, context);
    const [first] = tasks;
    const one = input.task_id !== undefined;
    const active = tasks.find((task) => !isEnded(task));
    return {
      summary: tasks.length === 0 ? 'No task is under way or unread.' : one ? taskInWords(first) : tasksInWords(tasks),
      ...(one ? { ...first, tasks: fitting(tasks, bytesOf(first)) } : { tasks: fitting(tasks, 0) }),
      warnings,
      next: one || tasks.length === 1 ? nextAfter(first) : active === undefined ? [] : [waitFor(input)],
    };
  },
});

const reserve = 1500;

/** Whole where they fit into the answer, else without more of their results than id and verdict. */
function fitting(tasks: TaskView[], besides: number): TaskView[] {
  return bytesOf(tasks) + besides <= answerBudget - reserve ? tasks : tasks.map(briefTask);
}

function waitFor(input: object) {
  return { tool: 'get_task_status', arguments: { ...input, wait_ms: longestWaitMs }, why: 'waits for the next end' };
}
