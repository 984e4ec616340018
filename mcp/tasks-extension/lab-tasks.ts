import { type CallToolResult, ProtocolErrorCode } from '@modelcontextprotocol/server';
import { cancelTask } from '@stratlab/lab/cancel-task.ts';
import { getTaskStatus } from '@stratlab/lab/get-task-status.ts';
import type { Lab } from '@stratlab/lab/lab.ts';
import { requireTask, type TaskView, taskView } from '@stratlab/lab/task-view.ts';
import { resultOf } from '../answer.ts';
import { withOffered } from '../call.ts';
import { nextAfter, taskInWords } from '../task-fields.ts';
import type { Tool } from '../tool.ts';
import type { DetailedTask, TaskSource, TaskState } from './task.ts';

/** The lab's own tasks, from its database: they outlive the server, the client and the connection. */
export function labTasks(lab: Lab, offered: readonly Tool[]): TaskSource {
  return {
    state: (id) => stateOf(taskView(lab, requireTask(lab, id))),
    async get(id) {
      const { tasks } = await getTaskStatus(lab, { task_id: id });
      return detailed(lab, tasks[0], offered);
    },
    async cancel(id) {
      await cancelTask(lab, { task_id: id });
    },
    answer: (id) => void requireTask(lab, id),
  };
}

const statusOf: Record<TaskView['status'], 'working' | 'completed' | 'cancelled'> = {
  queued: 'working',
  running: 'working',
  completed: 'completed',
  failed: 'completed',
  interrupted: 'completed',
  cancelled: 'cancelled',
};

function stateOf(task: TaskView) {
  return {
    taskId: task.task_id,
    status: statusOf[task.status],
    statusMessage: taskInWords(task),
    createdAt: task.created_at,
    lastUpdatedAt: task.finished_at ?? task.started_at ?? task.created_at,
  } satisfies TaskState;
}

function detailed(lab: Lab, task: TaskView, offered: readonly Tool[]): DetailedTask {
  const { status, ...state } = stateOf(task);
  if (status !== 'completed') return { ...state, status };
  try {
    return { ...state, status, result: outcomeOf(lab, task, offered) };
  } catch (error) {
    lab.log.error({ err: error, task: task.task_id }, 'the result of a task could not be told');
    return { ...state, status: 'failed', error: { code: ProtocolErrorCode.InternalError, message: 'Internal error' } };
  }
}

/** What the tool that starts such tasks would have answered, had it waited; how the task stands where none here does. */
function outcomeOf(lab: Lab, task: TaskView, offered: readonly Tool[]): CallToolResult {
  if (task.status !== 'completed') return failed(task);
  const starter = offered.find((tool) => tool.task?.kind === task.kind)?.task;
  const fields = { ...task, summary: taskInWords(task), warnings: [], next: nextAfter(task) };
  const answer = starter?.answer(lab, task) ?? { fields, attachments: [] };
  return resultOf(withOffered(answer, offered), { wantsMore: false, picture: false });
}

function failed(task: TaskView): CallToolResult {
  const hint = `get_task_status with task_id "${task.task_id}" says more.`;
  const failure = { code: task.status, message: taskInWords(task), hint, ...task.error };
  return { isError: true, content: [{ type: 'text', text: JSON.stringify(failure) }] };
}
