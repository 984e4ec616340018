import type { Lab } from '@stratlab/lab/lab.ts';
import { isEnded } from '@stratlab/lab/task-view.ts';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { z } from 'zod';
import type { Endpoint } from './route.ts';

const trained = z.object({ steps: z.number().min(0) });

const callSeconds = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 20];
const jobSeconds = [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000, 10_000];

/** `/metrics` for Prometheus. Counts from the moment on at which it is made. */
export function metricsEndpoint(lab: Lab): Endpoint {
  const registry = metricsOf(lab);
  return {
    routes: [
      {
        method: 'GET',
        path: '/metrics',
        access: 'authenticated',
        async handle({ response }) {
          const text = await registry.metrics();
          response.writeHead(200, { 'Content-Type': registry.contentType }).end(text);
        },
      },
    ],
    close: async () => registry.clear(),
  };
}

function metricsOf(lab: Lab): Registry {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const calls = new Counter({
    name: 'stratlab_tool_calls_total',
    help: 'Calls of tools',
    labelNames: ['tool', 'code'],
    registers,
  });
  const callDurations = new Histogram({
    name: 'stratlab_tool_duration_seconds',
    help: 'Time a call of a tool took',
    labelNames: ['tool'],
    buckets: callSeconds,
    registers,
  });
  const jobDurations = new Histogram({
    name: 'stratlab_job_duration_seconds',
    help: 'Time from the start of the last attempt of a job to its end',
    labelNames: ['kind', 'status'],
    buckets: jobSeconds,
    registers,
  });
  const steps = new Counter({
    name: 'stratlab_training_steps_total',
    help: 'Gradient steps of completed trainings',
    registers,
  });
  lab.watch({
    call: ({ tool, errorCode, durationMs }) => {
      calls.inc({ tool, code: errorCode ?? 'ok' });
      callDurations.observe({ tool }, durationMs / 1000);
    },
    job: (record) => {
      const { kind, status, startedAt, finishedAt } = record;
      if (!isEnded(record) || startedAt === null || finishedAt === null) return;
      jobDurations.observe({ kind, status }, Math.max(0, finishedAt - startedAt) / 1000);
      steps.inc(trained.safeParse(record.result).data?.steps ?? 0);
    },
  });
  collectQueue(lab, registers);
  new Counter({
    name: 'stratlab_bar_cache_total',
    help: 'Readings of bars, by whether they were in memory',
    labelNames: ['found'],
    registers,
    collect() {
      const { hits, misses } = lab.store.cached();
      this.reset();
      this.inc({ found: 'yes' }, hits);
      this.inc({ found: 'no' }, misses);
    },
  });
  return registry;
}

function collectQueue(lab: Lab, registers: Registry[]): void {
  new Gauge({
    name: 'stratlab_jobs',
    help: 'Jobs by where they stand',
    labelNames: ['status'],
    registers,
    collect() {
      for (const [status, number] of Object.entries(lab.jobs.counts())) this.set({ status }, number);
    },
  });
  new Gauge({
    name: 'stratlab_queue_oldest_seconds',
    help: 'Age of the oldest queued job that needs a capability',
    labelNames: ['capability'],
    registers,
    collect() {
      this.reset();
      for (const { capability, oldestAt } of lab.jobs.backlog())
        this.set({ capability }, Math.max(0, Date.now() - oldestAt) / 1000);
    },
  });
  new Gauge({
    name: 'stratlab_worker_slots',
    help: 'Jobs that all known workers can run at once',
    labelNames: ['capability'],
    registers,
    collect() {
      this.reset();
      for (const { slots } of lab.jobs.workers())
        for (const [capability, number] of Object.entries(slots)) this.inc({ capability }, number);
    },
  });
}
