import { join } from 'node:path';
import { writeFileAtomic } from '@stratlab/data/atomic-file.ts';
import { isTimeframe, type Timeframe } from '@stratlab/data/timeframe.ts';
import { listInsights } from '@stratlab/knowledge/insights.ts';
import { findSeries } from '@stratlab/knowledge/ledger.ts';
import { type BacktestRow, findModel, listBacktests, listModels, type ModelRow } from '@stratlab/knowledge/results.ts';
import { architectureOf } from '@stratlab/models/architecture.ts';
import { readArtifact } from '@stratlab/models/artifact.ts';
import { newestMember } from '@stratlab/models/ensemble.ts';
import type { ModelSpec } from '@stratlab/models/spec.ts';
import { experimentReport } from '@stratlab/reports/experiment-report.ts';
import type {
  ExperimentReport,
  ReportedBacktest,
  ReportedModel,
  ReportedSeries,
  ReportedStrategy,
} from '@stratlab/reports/report-data.ts';
import { requireExperiment } from './find-experiment.ts';
import { requireVersion } from './find-strategy.ts';
import { fuzzyVariables } from './fuzzy-variables.ts';
import type { Lab } from './lab.ts';
import { readOrResample } from './market.ts';
import { reportedBacktest } from './reported-backtest.ts';
import { backtestAnswerSchema } from './shown-backtest.ts';
import { codeVersion } from './version.ts';

const mostBacktests = 12;

/** Writes the page of an experiment and returns its path: one HTML file that needs nothing else. */
export function writeReport(lab: Lab, experimentId: string): string {
  const path = join(lab.configuration.home, 'experiments', `${experimentId}.html`);
  writeFileAtomic(path, experimentReport(reportOf(lab, experimentId)));
  return path;
}

function reportOf(lab: Lab, experimentId: string): ExperimentReport {
  const { database } = lab;
  const experiment = requireExperiment(lab, experimentId);
  const backtests = listBacktests(database, { experimentId }).slice(0, mostBacktests).reverse();
  const used = new Set(backtests.flatMap(({ modelId }) => (modelId === null ? [] : [modelId])));
  const models = [
    ...listModels(database, { experimentId }).filter(({ id }) => !used.has(id)),
    ...[...used].flatMap((id) => findModel(database, id) ?? []),
  ];
  return {
    experiment: { ...experiment, criterion: experiment.criterion ?? null },
    series: distinct(backtests.flatMap(seriesNames), ({ symbol, timeframe }) => `${symbol} ${timeframe}`).flatMap(
      (name) => seriesOf(lab, name),
    ),
    strategies: distinct(backtests, (row) => `${row.strategyName} ${row.strategyVersion}`).map((row) =>
      strategyOf(lab, row),
    ),
    models: models.map((row) => modelOf(lab, row)),
    backtests: backtests.map((row) => backtestOf(lab, row)),
    insights: listInsights(database, experimentId).reverse(),
    reproduction: { command: null, code: codeVersion, versions: { node: process.versions.node } },
  };
}

function distinct<T>(rows: readonly T[], key: (row: T) => string): T[] {
  return [...new Map(rows.map((row) => [key(row), row])).values()];
}

function frameOf({ timeframe }: BacktestRow): Timeframe {
  return isTimeframe(timeframe) ? timeframe : '1d';
}

interface SeriesName {
  symbol: string;
  timeframe: string;
}

function seriesNames({ answer, timeframe }: BacktestRow): SeriesName[] {
  return backtestAnswerSchema.parse(answer).symbols.map((symbol) => ({ symbol, timeframe }));
}

function seriesOf({ store, database }: Lab, row: SeriesName): ReportedSeries[] {
  const listing = store.ofSymbol(row.symbol).find(({ series }) => series.timeframe === row.timeframe);
  if (listing === undefined) return [];
  const { series, visible, sealedFrom } = listing;
  const judged = findSeries(database, row.symbol, row.timeframe);
  return [
    {
      symbol: series.symbol,
      timeframe: series.timeframe,
      rows: visible.rows,
      start: visible.start ?? series.start,
      end: visible.end ?? series.start,
      sealedFrom,
      hash: series.hash,
      source: series.source,
      synthetic: series.synthetic,
      grade: judged?.grade ?? null,
      findings:
        judged?.findings.map(({ rule, severity, count, hint }) => `${severity}: ${rule} (${count}). ${hint}`) ?? [],
    },
  ];
}

function strategyOf(lab: Lab, row: BacktestRow): ReportedStrategy {
  const { name, version, fingerprint, yaml } = requireVersion(lab, row.strategyName, row.strategyVersion);
  return { name, version, fingerprint, yaml, fuzzyVariables: fuzzyVariables(lab, name, version) };
}

function modelOf({ folders }: Lab, row: ModelRow): ReportedModel {
  const artifact = readArtifact(folders.models, row.artifactHash);
  const { spec, engine, features, metrics } = artifact;
  const { stoppedEarly, history, bestEpoch } = newestMember(artifact);
  const splits = Object.fromEntries(
    Object.entries(metrics).flatMap(([part, figures]) => (figures === null ? [] : [[part, numbersOf(figures)]])),
  );
  return {
    id: row.id,
    strategy: `${row.strategyName} v${row.strategyVersion}`,
    type: typeWords(spec),
    engine,
    seed: spec.seed,
    hash: row.artifactHash,
    features,
    stoppedEarly,
    splits,
    history,
    bestEpoch,
  };
}

function numbersOf(figures: object): Record<string, number | null> {
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => value === null || typeof value === 'number'));
}

/** With what only the stored bars know: their currency, and of one instrument its closes. */
function backtestOf(lab: Lab, row: BacktestRow): ReportedBacktest {
  const { symbols } = backtestAnswerSchema.parse(row.answer);
  const reported = reportedBacktest(lab, row);
  const { bars, series } = readOrResample(lab.store, symbols[0], frameOf(row), row.endAt);
  const from = symbols.length > 1 ? -1 : bars.time.indexOf(row.startAt);
  return {
    ...reported,
    currency: series.instrument.currency,
    ...(from < 0 ? {} : { close: bars.close.subarray(from, from + reported.time.length) }),
  };
}

/** `mlp [20, 10]`, `lstm (sequence_length 20, hidden_size 32, num_layers 1, dropout 0)`. */
function typeWords(spec: ModelSpec): string {
  if (spec.type === 'mlp') return `mlp [${spec.hiddenLayers.join(', ')}]`;
  const words = Object.entries(architectureOf(spec)).map(([key, value]) => `${key} ${value}`);
  return words.length === 0 ? spec.type : `${spec.type} (${words.join(', ')})`;
}
