import { getLabStatus } from '@stratlab/lab/get-lab-status.ts';
import { z } from 'zod';
import { readOnly } from '../data-fields.ts';
import { defineTool } from '../tool.ts';

export const getLabStatusTool = defineTool({
  name: 'get_lab_status',
  title: 'How the lab stands',
  toolset: 'system',
  description: {
    does: 'Says how the lab itself stands: version, engines, queue, workers, devices, database, folders and limits.',
    useWhen: 'something is slow or missing, or you want to know where files lie.',
    next: 'list_market_data.',
    example: {},
  },
  input: z.strictObject({}),
  output: z.object({
    version: z.string(),
    pid: z.int(),
    node: z.string(),
    uptime_ms: z.number(),
    engine: z.array(z.object({ id: z.string(), available: z.boolean(), reason: z.string() })),
    engine_choice: z.array(
      z.object({
        model: z.string(),
        rows: z.int(),
        engine: z.string(),
        expected_ms: z.record(z.string(), z.number()),
      }),
    ),
    queue: z.record(z.string(), z.int()),
    queue_backlog: z.array(z.object({ capability: z.string(), queued: z.int(), oldest_ms: z.number() })),
    queue_paused: z.string().nullable(),
    workers: z.object({
      concurrency: z.int(),
      lease_ms: z.number(),
      known: z.array(
        z.object({ worker_id: z.string(), host: z.string(), pid: z.int(), slots: z.record(z.string(), z.int()) }),
      ),
    }),
    devices: z.object({ cores: z.int(), processor: z.string(), memory: z.number(), memory_free: z.number() }),
    database: z.object({ file: z.string(), size: z.number(), schema_version: z.int() }),
    home: z.string(),
    room: z.object({
      disk_free: z.number(),
      memory_free: z.number().nullable(),
      waiting_reason: z.string().nullable(),
    }),
    data_roots: z.record(z.string(), z.string()),
    limits: z.record(z.string(), z.number()),
    seals: z.object({ series: z.int(), underlyings: z.int(), sealed: z.int() }),
  }),
  annotations: readOnly,
  async run(lab) {
    const status = await getLabStatus(lab);
    const { queued, running } = status.queue;
    const { series, sealed, underlyings } = status.seals;
    return {
      summary: `Stratlab ${status.version} is up: ${running} running, ${queued} queued; ${series} series, ${sealed} of ${underlyings} underlyings sealed.`,
      ...status,
      data_roots: { ...status.data_roots },
      next: [{ tool: 'get_research_brief', arguments: {} }],
    };
  },
});
