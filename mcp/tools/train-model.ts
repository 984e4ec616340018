import { engineNames, trainModel } from '@stratlab/lab/train-model.ts';
import { z } from 'zod';
import { experimentId, timeframe } from '../fields.ts';
import { nextAfter, taskInWords } from '../task-fields.ts';
import { defineTool } from '../tool.ts';

export const trainModelTool = defineTool({
  name: 'train_model',
  title: 'Train a model',
  toolset: 'training',
  description: {
    does: 'Trains the model of a strategy on its training rows, as a task in its own process.',
    useWhen: 'a strategy with a `model` block validates. The test rows are shown once and count as a trial.',
    next: 'get_task_status with task_id and wait_ms, then run_backtest.',
    example: { strategy_name: 'rsi_reversion', seed: 7 },
  },
  input: z.strictObject({
    strategy_name: z.string().describe('Name of a stored strategy.'),
    version: z.int().min(1).optional().describe('Its version; the newest where absent.'),
    symbol: z.string().optional().describe("Symbol to train on instead of the strategy's."),
    timeframe: timeframe.optional(),
    start_date: z.string().optional().describe('First bar used: YYYY-MM-DD, or a time with offset.'),
    end_date: z.string().optional().describe('Last bar used, that day included; never beyond the seal.'),
    epochs: z.int().min(1).max(100_000).optional().describe('Passes over the training rows, 1 to 100000.'),
    batch_size: z.int().min(1).max(65_536).optional().describe('Rows per step, 1 to 65536.'),
    seed: z
      .int()
      .min(0)
      .max(0xffffffff)
      .optional()
      .describe('Seed of weights, order and dropout; the same seed gives the same bytes.'),
    engine: z.enum(engineNames).optional().describe('Training engine; auto chooses.'),
    experiment_id: experimentId,
  }),
  output: z.object({
    task_id: z.string(),
    status: z.string(),
    estimated_ms: z.number(),
    estimated_memory_bytes: z.number().optional().describe('Of its process when it holds most'),
    check_status_tool: z.string(),
    result: z.record(z.string(), z.unknown()).optional().describe('The model, once the task has completed'),
  }),
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  task: {
    kind: 'train',
    finished: (_lab, task) => ({
      summary: taskInWords(task),
      task_id: task.task_id,
      status: task.status,
      estimated_ms: 0,
      check_status_tool: 'get_task_status',
      result: task.result,
      next: nextAfter(task),
    }),
  },
  run(lab, input) {
    const { warnings, ...task } = trainModel(lab, input);
    return {
      summary: `Training is ${task.status} as ${task.task_id}; about ${Math.max(1, Math.round(task.estimated_ms / 1000))} s.`,
      ...task,
      warnings,
      next: [
        { tool: 'get_task_status', arguments: { task_id: task.task_id, wait_ms: 20_000 }, why: 'waits for the end' },
      ],
    };
  },
});
