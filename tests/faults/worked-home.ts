import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { commitModel } from '@stratlab/lab/commit-model.ts';
import { readConfiguration } from '@stratlab/lab/configuration.ts';
import { createStrategy } from '@stratlab/lab/create-strategy.ts';
import { type Lab, openLab } from '@stratlab/lab/lab.ts';
import { learn } from '@stratlab/lab/learn.ts';
import { runBacktest } from '@stratlab/lab/run-backtest.ts';
import { saveInsight } from '@stratlab/lab/save-insight.ts';
import { startExperiment } from '@stratlab/lab/start-experiment.ts';
import { requireStrategy } from '@stratlab/lab/strategy-language.ts';
import { planTraining } from '@stratlab/lab/train-model.ts';
import { writeReport } from '@stratlab/lab/write-report.ts';
import { networkDocument } from '../documents.ts';
import { storeMarket } from '../lab-home.ts';
import { addJob, completeNext } from '../recorded.ts';

/** A folder that is removed after the test. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'stratlab-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A lab that takes no jobs, for as long as `body` runs. */
export async function inLab<T>(home: string, body: (lab: Lab) => T | Promise<T>): Promise<T> {
  const lab = openLab(readConfiguration({}, { home, logLevel: 'silent' }), { work: false });
  try {
    return await body(lab);
  } finally {
    await lab.close();
  }
}

export interface Work {
  experimentId: string;
  modelId: string;
  backtestId: string;
}

/** One small piece of research, everything in this process: a market, a strategy, a model, a backtest, an insight, a report. */
export async function doWork(lab: Lab, symbol: string, seed = 1): Promise<Work> {
  storeMarket(lab, symbol, 'fuzzy_rsi', { bars: 500, seed }, { kind: 'date', date: Date.UTC(2040, 0) });
  const { experiment_id: experimentId } = startExperiment(lab, { name: symbol, hypothesis: `${symbol} reverts` });
  const strategy_name = `net_${symbol.toLowerCase()}`;
  createStrategy(lab, { name: strategy_name, config: networkDocument([symbol]), experiment_id: experimentId });
  const { order } = planTraining(lab, { strategy_name, experiment_id: experimentId });
  const { strategy } = requireStrategy(order.document);
  const request = {
    strategy,
    start: undefined,
    end: undefined,
    engine: 'auto',
    checkpoints: join(lab.folders.models, 'none'),
  };
  const learned = await learn(lab.store, lab.folders.models, request, {
    progress() {},
    signal: new AbortController().signal,
  });
  const model = lab.database.transaction(() => commitModel(lab, order, learned, null));
  const backtest = await runBacktest(lab, { strategy_name, experiment_id: experimentId });
  if (!('backtest_id' in backtest)) throw new Error('The backtest was not run here.');
  const evidence_ids = [backtest.backtest_id];
  saveInsight(lab, {
    category: 'failure',
    content: `${symbol} does not revert`,
    evidence_ids,
    experiment_id: experimentId,
  });
  addJob(lab);
  completeNext(lab, { kind: 'model', id: model.id, summary: model.summary });
  lab.recordCall({
    tool: 'train_model',
    arguments: { strategy_name },
    durationMs: 12.5,
    outcome: 'ok',
    errorCode: null,
    principal: 'test',
  });
  writeReport(lab, experimentId);
  return { experimentId, modelId: model.id, backtestId: backtest.backtest_id };
}
