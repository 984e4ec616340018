import { cancelTask } from '@stratlab/lab/cancel-task.ts';
import { z } from 'zod';
import { nextAfter, taskFields, taskInWords } from '../task-fields.ts';
import { defineTool } from '../tool.ts';

export const cancelTaskTool = defineTool({
  name: 'cancel_task',
  title: 'Cancel a task',
  toolset: 'training',
  description: {
    does: 'Ends a task that is queued or running; what it has computed is dropped. One that has ended stays as it is.',
    useWhen: 'a task is no longer wanted, or takes longer than it is worth.',
    next: 'start it again with less: fewer epochs, a shorter span.',
    example: { task_id: 'task_2h7k9m4qxw' },
  },
  input: z.strictObject({ task_id: z.string().describe('task_…') }),
  output: z.object(taskFields),
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  async run(lab, input) {
    const { task, warnings } = await cancelTask(lab, input);
    return { summary: taskInWords(task), ...task, warnings, next: nextAfter(task) };
  },
});
