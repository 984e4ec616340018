import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type Transport } from '@modelcontextprotocol/client';
import { z } from 'zod';

const patienceMs = 120_000;

const statusSchema = z.looseObject({
  engine: z.array(z.looseObject({ id: z.string(), available: z.boolean(), reason: z.string() })),
  workers: z.looseObject({ known: z.array(z.looseObject({ slots: z.record(z.string(), z.number()) })) }),
});
const taskSchema = z.looseObject({
  task_id: z.string(),
  status: z.string(),
  result: z.looseObject({ id: z.string() }).optional(),
});
const modelSchema = z.looseObject({
  engine: z.string(),
  loss: z.looseObject({ rows: z.array(z.array(z.number().nullable())) }),
});

export const trainedSchema = z.strictObject({ engine: z.string(), losses: z.array(z.number()) });
export type Trained = z.infer<typeof trainedSchema>;

type Ask = (tool: string, given: Record<string, unknown>) => Promise<unknown>;

/** Why each engine is available where the lab runs, or why not. */
export async function enginesOf(transport: Transport): Promise<Map<string, { available: boolean; reason: string }>> {
  return asking(transport, async (ask) => {
    const { engine } = statusSchema.parse(await ask('get_lab_status', {}));
    return new Map(engine.map(({ id, available, reason }) => [id, { available, reason }]));
  });
}

/** Trains the strategy that `researchOver` stored; losses on the training rows by epoch. */
export function trainWith(transport: Transport, engine: string): Promise<Trained> {
  return asking(transport, (ask) => train(ask, engine));
}

/** The same once a worker for GPUs is there; without one the lab would give the job to any other. */
export function trainOnGpuWorker(transport: Transport, engine: string): Promise<Trained> {
  return asking(transport, async (ask) => {
    await until(async () => {
      const { workers } = statusSchema.parse(await ask('get_lab_status', {}));
      return workers.known.some(({ slots }) => (slots.gpu ?? 0) > 0);
    });
    return train(ask, engine);
  });
}

async function train(ask: Ask, engine: string): Promise<Trained> {
  const { task_id } = taskSchema.parse(await ask('train_model', { strategy_name: 'packaged', engine }));
  let modelId = '';
  await until(async () => {
    const { status, result } = taskSchema.parse(await ask('get_task_status', { task_id }));
    if (status === 'failed' || status === 'cancelled') throw new Error(`Training with ${engine} ${status}`);
    modelId = result?.id ?? '';
    return status === 'completed';
  });
  const model = modelSchema.parse(await ask('get_model', { model_id: modelId }));
  return { engine: model.engine, losses: model.loss.rows.map(([, loss]) => loss ?? Number.NaN) };
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + patienceMs; !(await holds()); await sleep(500)) {
    if (Date.now() > deadline) throw new Error(`Not within ${patienceMs / 1000} s`);
  }
}

async function asking<T>(transport: Transport, use: (ask: Ask) => Promise<T>): Promise<T> {
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(transport);
  try {
    return await use(async (name, given) => {
      const result = await client.callTool({ name, arguments: given });
      if (result.isError) throw new Error(`${name}: ${JSON.stringify(result.content)}`);
      return result.structuredContent;
    });
  } finally {
    await client.close();
  }
}
