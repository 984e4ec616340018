import { statSync } from 'node:fs';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { schemaVersion } from '@stratlab/knowledge/migrations.ts';
import { longestWaitMs } from './get-task-status.ts';
import type { Lab } from './lab.ts';
import { measureRoom, pressureOf } from './pressure.ts';
import { longestInsight } from './save-insight.ts';
import { codeVersion } from './version.ts';

/** Where the lab stands: what runs, on what, and where things lie. Sizes in bytes. */
export async function getLabStatus({ configuration, database, folders, jobs, store }: Lab) {
  const { engineChoices, engineStates } = await import('./engine-choices.ts');
  const { home, workers, leaseMs, inlineBars } = configuration;
  const series = store.list();
  const room = measureRoom(home);
  const pressure = pressureOf(room, configuration);
  const underlyings = new Map(series.map((listing) => [listing.series.instrument.underlying, listing.sealedFrom]));
  return {
    version: codeVersion,
    pid: process.pid,
    node: process.versions.node,
    uptime_ms: Math.round(1000 * process.uptime()),
    engine: engineStates(),
    engine_choice: engineChoices(),
    queue: jobs.counts(),
    queue_backlog: jobs.backlog().map(({ capability, queued, oldestAt }) => ({
      capability,
      queued,
      oldest_ms: Math.max(0, Date.now() - oldestAt),
    })),
    queue_paused: jobs.paused()?.reason ?? null,
    workers: {
      concurrency: workers,
      lease_ms: leaseMs,
      known: jobs.workers().map(({ id, host, pid, slots }) => ({ worker_id: id, host, pid, slots })),
    },
    devices: {
      cores: availableParallelism(),
      processor: cpus()[0]?.model ?? 'unknown',
      memory: totalmem(),
      memory_free: freemem(),
    },
    database: {
      file: database.sqlite.name,
      size: statSync(database.sqlite.name, { throwIfNoEntry: false })?.size ?? 0,
      schema_version: schemaVersion(database.sqlite),
    },
    home,
    room: { disk_free: room.disk, memory_free: room.memory, waiting_reason: pressure },
    data_roots: folders,
    limits: {
      inline_bars: inlineBars,
      free_disk_mb: configuration.freeDiskMb,
      free_memory_mb: configuration.freeMemoryMb,
      wait_ms: longestWaitMs,
      insight_characters: longestInsight,
    },
    seals: {
      series: series.length,
      underlyings: underlyings.size,
      sealed: [...underlyings.values()].filter((sealedFrom) => sealedFrom !== null).length,
    },
    warnings: [
      ...(series.length === 0 ? ['No market data is stored yet: stratlab import adds a CSV file.'] : []),
      ...(pressure === null ? [] : [`No job is started: the lab ${pressure}.`]),
    ],
  };
}
