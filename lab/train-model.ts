import { LabError } from '@stratlab/data/error.ts';
import { sha256 } from '@stratlab/data/hash.ts';
import { parseEnd, parseInstant } from '@stratlab/data/instant.ts';
import { parseSymbol } from '@stratlab/data/instrument.ts';
import type { Timeframe } from '@stratlab/data/timeframe.ts';
import { addEvent } from '@stratlab/knowledge/experiments.ts';
import { addTask } from '@stratlab/knowledge/ledger.ts';
import { engineIds } from '@stratlab/models/engine.ts';
import { baseTimeframe, documentSymbols } from '@stratlab/strategies/document.ts';
import { canonicalJson } from '@stratlab/strategies/fingerprint.ts';
import { capabilityFor } from './capability.ts';
import { effectiveDocument, withTraining } from './effective-document.ts';
import { requireOpenExperiment } from './find-experiment.ts';
import { requireVersion } from './find-strategy.ts';
import { newId } from './id.ts';
import { jobPriority } from './job-priority.ts';
import type { Lab } from './lab.ts';
import { readOrResample } from './market.ts';
import type { TrainOrder } from './orders.ts';
import { clippedRange } from './span.ts';
import { requireStrategy } from './strategy-language.ts';
import { requireMemory, trainingCost } from './training-cost.ts';

export interface TrainModel {
  strategy_name: string;
  version?: number | undefined;
  symbol?: string | undefined;
  timeframe?: Timeframe | undefined;
  start_date?: string | undefined;
  end_date?: string | undefined;
  epochs?: number | undefined;
  batch_size?: number | undefined;
  seed?: number | undefined;
  engine?: string | undefined;
  experiment_id?: string | undefined;
}

/** What a call may name as its engine. */
export const engineNames = ['auto', ...engineIds] as const;

/** Start of a job's process and reading of bars, milliseconds, for a first estimate. */
const startMs = 300;
/** What a job's process holds beside its training. */
const processBytes = 150e6;

/** What a call of `train_model` comes to, before it is on the queue. */
export interface PlannedTraining {
  order: TrainOrder;
  /** In words. */
  subject: string;
  estimatedMs: number;
  /** Memory of its process when it holds most. */
  estimatedBytes: number;
  warnings: string[];
}

/** What is trained, as things stand now. Throws where there is nothing to train, or nothing to train on. */
export function planTraining(lab: Lab, input: TrainModel): PlannedTraining {
  const stored = requireVersion(lab, input.strategy_name, input.version);
  const experimentId = requireOpenExperiment(lab, input.experiment_id);
  const symbol = input.symbol === undefined ? undefined : parseSymbol(input.symbol);
  const deciding = effectiveDocument(stored.document, { symbol, timeframe: input.timeframe });
  const document = withTraining(deciding, { epochs: input.epochs, batch_size: input.batch_size, seed: input.seed });
  const { strategy } = requireStrategy(document);
  if (strategy.decider !== 'model') {
    throw new LabError(
      'invalid_input',
      `"${stored.name}" decides by ${strategy.decider.replace('_', ' ')}: there is nothing to train.`,
      {
        path: 'strategy_name',
        hint: 'Call run_backtest.',
      },
    );
  }
  const warnings: string[] = [];
  const symbols = documentSymbols(strategy.document);
  const { start, end } = clippedRange(
    lab,
    strategy,
    symbols,
    {
      start: input.start_date === undefined ? undefined : parseInstant(input.start_date, 'start_date'),
      end: input.end_date === undefined ? undefined : parseEnd(input.end_date, 'end_date'),
    },
    warnings,
  );
  const timeframe = baseTimeframe(strategy.document);
  const rows = symbols.reduce((sum, name) => sum + readOrResample(lab.store, name, timeframe, end).bars.time.length, 0);
  const order: TrainOrder = {
    modelId: newId('model'),
    strategyName: stored.name,
    strategyVersion: stored.version,
    document,
    deciding,
    start: start ?? null,
    end: end ?? null,
    engine: input.engine ?? 'auto',
    experimentId,
  };
  const subject = `train ${stored.name} v${stored.version} on ${symbols.join(', ')} ${timeframe}`;
  const { ms, bytes } = trainingCost(strategy, rows, order.engine);
  requireMemory(bytes);
  return {
    order,
    subject,
    estimatedMs: Math.round(startMs + ms),
    estimatedBytes: Math.round(processBytes + bytes),
    warnings,
  };
}

/** Puts a training on the queue, as a part of `parentId` where that is given; the same one under way is that task. */
export function queueTraining(
  lab: Lab,
  { order, subject }: PlannedTraining,
  parentId: string | null = null,
): { id: string; added: boolean } {
  const { modelId: _, ...same } = order;
  const { experimentId } = order;
  return lab.database.transaction(() => {
    const task = lab.jobs.add({
      id: newId('task'),
      kind: 'train',
      payload: order,
      key: `train ${sha256(canonicalJson(same))}`,
      maxAttempts: 3,
      capability: capabilityFor(lab, order.engine),
      parentId,
      ...(parentId === null && { priority: jobPriority.asked }),
    });
    if (task.added) {
      addTask(lab.database, { id: task.id, experimentId, subject });
      addEvent(lab.database, { experimentId, kind: 'task', subjectId: task.id, summary: subject, at: Date.now() });
    }
    return task;
  });
}

/** Trains as a task. The same call while it is not at an end is the same task. */
export function trainModel(lab: Lab, input: TrainModel) {
  const planned = planTraining(lab, input);
  const { id, added } = queueTraining(lab, planned);
  lab.queue.wake();
  const again = added ? [] : ['This training is under way already; it is the same task.'];
  return {
    task_id: id,
    status: lab.jobs.get(id)?.status ?? 'queued',
    estimated_ms: planned.estimatedMs,
    estimated_memory_bytes: planned.estimatedBytes,
    check_status_tool: 'get_task_status',
    warnings: [...planned.warnings, ...again],
  };
}
