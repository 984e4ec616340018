import { LabError } from '@stratlab/data/error.ts';
import { formatDate } from '@stratlab/data/instant.ts';
import { isTimeframe, parseTimeframe } from '@stratlab/data/timeframe.ts';
import { type BacktestRow, findModel } from '@stratlab/knowledge/results.ts';
import { readArtifact } from '@stratlab/models/artifact.ts';
import { newestMember } from '@stratlab/models/ensemble.ts';
import { drawdown } from '@stratlab/reports/charts/drawdown.ts';
import { equity } from '@stratlab/reports/charts/equity.ts';
import { fuzzySets } from '@stratlab/reports/charts/fuzzy-sets.ts';
import { loss } from '@stratlab/reports/charts/loss.ts';
import { market } from '@stratlab/reports/charts/market.ts';
import { reliability } from '@stratlab/reports/charts/reliability.ts';
import { returns } from '@stratlab/reports/charts/returns.ts';
import { trades } from '@stratlab/reports/charts/trades.ts';
import { chartSubjects } from './chart-subjects.ts';
import { modelReliability } from './explain-model.ts';
import { requireBacktest } from './find-backtest.ts';
import { requireResult } from './find-result.ts';
import { fittedVariables, fuzzyVariables } from './fuzzy-variables.ts';
import type { Lab } from './lab.ts';
import { readOrResample } from './market.ts';
import type { ResultFile } from './result-file.ts';
import { backtestAnswerSchema } from './shown-backtest.ts';

/** The SVG of a chart. Throws `not_found` for an unknown subject and `invalid_input` for one of another sort. */
export function getChart(lab: Lab, { id, kind }: { id: string; kind: string }): string {
  switch (kind) {
    case 'equity':
    case 'drawdown':
    case 'trades':
    case 'returns':
      return backtestChart(lab, id, kind);
    case 'loss':
      return lossChart(lab, id);
    case 'reliability':
      return reliabilityChart(lab, id);
    case 'fuzzy_sets':
      return fuzzyChart(lab, id);
    case 'market':
      return marketChart(lab, id);
    default:
      throw new LabError(
        'invalid_input',
        `"${kind}" is not a chart. Known: ${Object.keys(chartSubjects).join(', ')}.`,
        { path: 'kind' },
      );
  }
}

function backtestChart(lab: Lab, id: string, kind: 'equity' | 'drawdown' | 'trades' | 'returns'): string {
  const row = requireBacktest(lab, id);
  const result = requireResult(lab, row.resultHash);
  const initialCapital = Number(row.answer.initial_capital);
  const { time } = result;
  const heading = {
    title: `${row.strategyName} v${row.strategyVersion} on ${row.symbol} ${row.timeframe}`,
    subtitle: `${formatDate(row.startAt)} to ${formatDate(row.endAt)}, ${row.sample.replaceAll('_', ' ')}, costs paid`,
  };
  const curves = [
    { name: row.strategyName, role: 'strategy' as const, time, equity: result.equity, initialCapital },
    { name: 'buy and hold', role: 'benchmark' as const, time, equity: result.benchmarkEquity, initialCapital },
  ];
  if (kind === 'equity') return equity.draw({ ...heading, curves });
  if (kind === 'drawdown') return drawdown.draw({ ...heading, curves });
  if (kind === 'returns') {
    return returns.draw({
      ...heading,
      sessions: { session: Float64Array.from(result.session), returns: Float64Array.from(result.sessionReturns) },
    });
  }
  return trades.draw({ ...heading, ...tradedPrice(lab, row, result), trades: result.trades });
}

/** The closes of the one instrument traded, or of several the equity they made. */
function tradedPrice({ store }: Lab, row: BacktestRow, { time, equity }: ResultFile) {
  const { symbols } = backtestAnswerSchema.parse(row.answer);
  if (symbols.length > 1) return { time: Float64Array.from(time), close: Float64Array.from(equity) };
  const { bars } = readOrResample(store, row.symbol, parseTimeframe(row.timeframe), row.endAt);
  const from = bars.time.findIndex((start) => start >= row.startAt);
  return { time: bars.time.subarray(from), close: bars.close.subarray(from) };
}

function lossChart(lab: Lab, id: string): string {
  const row = findModel(lab.database, id);
  if (row === undefined)
    throw new LabError('not_found', `There is no model "${id.slice(0, 64)}".`, {
      path: 'id',
      hint: 'loss takes a model_id; list_models names them.',
    });
  const { history, bestEpoch, expert } = newestMember(readArtifact(lab.folders.models, row.artifactHash));
  const subtitle = expert === undefined ? id : `${id}, model of ${expert}`;
  return loss.draw({ title: `Loss of ${row.strategyName} v${row.strategyVersion}`, subtitle, history, bestEpoch });
}

function reliabilityChart(lab: Lab, id: string): string {
  const { row, part, reliability: found } = modelReliability(lab, id);
  const subtitle = `${row.symbols.join(', ')} ${row.timeframe}, ${part} rows`;
  return reliability.draw({
    title: `Reliability of ${row.strategyName} v${row.strategyVersion}`,
    subtitle,
    bins: found?.bins ?? [],
  });
}

function fuzzyChart(lab: Lab, id: string): string {
  const model = findModel(lab.database, id);
  const variables = model === undefined ? fuzzyVariables(lab, id) : fittedVariables(lab, id);
  const name = model === undefined ? id : `${model.strategyName} v${model.strategyVersion}, ${id}`;
  if (variables.length === 0) {
    throw new LabError('invalid_input', `Strategy "${name}" has no fuzzy sets.`, { path: 'id' });
  }
  return fuzzySets.draw({ title: `Fuzzy sets of ${name}`, variables });
}

function marketChart(lab: Lab, id: string): string {
  const [symbol, timeframe = ''] = id.toUpperCase().split(/[:\s]/);
  const frame = timeframe.toLowerCase();
  if (!isTimeframe(frame))
    throw new LabError('invalid_input', `"${id.slice(0, 64)}" is not a symbol and timeframe.`, {
      path: 'id',
      hint: 'Write SPX:1d.',
    });
  const { bars } = readOrResample(lab.store, symbol, frame);
  return market.draw({ title: `${symbol} ${frame}`, subtitle: 'up to the seal', bars });
}
