import { listTasks } from '@stratlab/lab/list-tasks.ts';
import { z } from 'zod';
import { readOnly } from '../data-fields.ts';
import { pagedList, paging } from '../table.ts';
import { status, taskFields } from '../task-fields.ts';
import { defineTool } from '../tool.ts';

export const listTasksTool = defineTool({
  name: 'list_tasks',
  title: 'List tasks',
  toolset: 'training',
  description: {
    does: 'Lists tasks, newest first, with their status and what came of them in brief.',
    useWhen: 'you look for an earlier task, or want to know what kept the lab busy.',
    next: 'get_task_status with a task_id shows the whole result; cancel_task ends one.',
    example: { status: 'completed', kind: 'train' },
  },
  input: z.strictObject({
    status: status.optional().describe('Only those.'),
    kind: z.string().max(40).optional().describe('Only of this kind: train, backtest, test.'),
    experiment_id: z.string().optional().describe('Only of this experiment.'),
    ...paging,
  }),
  output: z.object({ tasks: z.array(z.object(taskFields)), total: z.int(), next_cursor: z.string().optional() }),
  annotations: readOnly,
  run(lab, input) {
    const tasks = listTasks(lab, input);
    const { items, ...rest } = pagedList(tasks, input, { usual: 20 });
    const summary = tasks.length === 0 ? 'No task fits.' : `${tasks.length} tasks, ${items.length} of them here.`;
    return { summary, tasks: items, total: tasks.length, ...rest };
  },
});
