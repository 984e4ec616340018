import { capacity } from '@stratlab/backtests/capacity.ts';
import { drawdownTable } from '@stratlab/backtests/drawdowns.ts';
import { monthlyReturns, yearlyReturns } from '@stratlab/backtests/periods.ts';
import { rollingSharpe } from '@stratlab/backtests/rolling-sharpe.ts';
import { excursions, tradeDistribution } from '@stratlab/backtests/trade-distribution.ts';
import { firstBarFrom } from '@stratlab/data/bars.ts';
import { formatInstant } from '@stratlab/data/instant.ts';
import { parseTimeframe } from '@stratlab/data/timeframe.ts';
import type { BacktestRow } from '@stratlab/knowledge/results.ts';
import { byRegime } from './by-regime.ts';
import { requireBacktest } from './find-backtest.ts';
import { requireResult } from './find-result.ts';
import type { Lab } from './lab.ts';
import { readOrResample } from './market.ts';
import type { ResultFile } from './result-file.ts';
import { backtestAnswerSchema, figuresOf } from './shown-backtest.ts';

const equityPoints = 30;
const sharpePoints = 12;
/** Sessions that a rolling Sharpe ratio looks back: a quarter of a year. */
const rollingSessions = 63;
const deepestDrawdowns = 5;

/** The answer that was shown, and with `full` what lies behind it: years, months, drawdowns, equity in few points. */
export function getBacktest(lab: Lab, input: { backtest_id: string; detail: 'summary' | 'full' }) {
  const row = requireBacktest(lab, input.backtest_id);
  const { answer, createdAt, experimentId, resultHash } = row;
  const shown = {
    ...answer,
    summary: String(answer.summary),
    created_at: formatInstant(createdAt),
    experiment_id: experimentId,
  };
  if (input.detail === 'summary') return { answer: shown, details: null };
  const result = requireResult(lab, resultHash);
  const [time, equity] = [Float64Array.from(result.time), Float64Array.from(result.equity)];
  const sessions = { session: Float64Array.from(result.session), returns: Float64Array.from(result.sessionReturns) };
  const shownAnswer = backtestAnswerSchema.parse(answer);
  const capital = shownAnswer.initial_capital;
  const perYear = figuresOf(shownAnswer).figures.periods_per_year ?? Number.NaN;
  return {
    answer: shown,
    details: {
      by_year: yearlyReturns(sessions).map((year) => ({
        year: year.year,
        return: year.return,
        sessions: year.sessions,
      })),
      by_regime: byRegime(sessions.returns, Float64Array.from(result.benchmarkReturns)),
      best_month: extreme(monthlyReturns(sessions), Math.max),
      worst_month: extreme(monthlyReturns(sessions), Math.min),
      drawdowns: drawdownTable(time, equity, capital, deepestDrawdowns).map((row) => ({
        depth: row.depth,
        peak_at: formatInstant(row.peakTime),
        trough_at: formatInstant(row.troughTime),
        recovered_at: row.recoveryTime === null ? null : formatInstant(row.recoveryTime),
        length_days: row.lengthDays,
      })),
      rolling_sharpe: {
        sessions: rollingSessions,
        ...thinned(
          result.session,
          rollingSharpe(sessions.returns, rollingSessions, perYear, 0),
          'sharpe',
          sharpePoints,
        ),
      },
      trade_distribution: described(tradeDistribution(result.trades)),
      excursions: described(excursions(result.trades)),
      capacity: shownAnswer.symbols.length > 1 ? null : described(capacityOf(lab, row, result, capital)),
      equity: thinned(result.time, result.equity, 'equity', equityPoints),
    },
  };
}

function extreme(months: ReturnType<typeof monthlyReturns>, pick: (...values: number[]) => number): number | null {
  return months.length === 0 ? null : pick(...months.map((month) => month.return));
}

/** At most so many points, evenly spaced, the last one included; null where a value is not known. */
function thinned(time: ArrayLike<number>, values: ArrayLike<number>, name: string, most: number) {
  const last = time.length - 1;
  const points = Math.min(most, time.length);
  const rows = Array.from({ length: points }, (_, k) => (points === 1 ? 0 : Math.round((k * last) / (points - 1))));
  const known = (value: number) => (Number.isFinite(value) ? Math.round(value * 100) / 100 : null);
  return { columns: ['timestamp', name], rows: rows.map((row) => [formatInstant(time[row]), known(values[row])]) };
}

function capacityOf(
  { store }: Lab,
  { symbol, timeframe, startAt, endAt }: BacktestRow,
  result: ResultFile,
  capital: number,
) {
  const { bars } = readOrResample(store, symbol, parseTimeframe(timeframe), endAt);
  const run = {
    trades: result.trades,
    equity: Float64Array.from(result.equity),
    firstBar: firstBarFrom(bars, startAt),
    initialCapital: capital,
  };
  return capacity(bars, run);
}

/** In the words of an answer, to six significant digits: a description, not figures to compute with. */
function described(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [snakeCase(name), shown(item)]));
}

function shown(value: unknown): unknown {
  if (typeof value === 'number') return Number(value.toPrecision(6));
  if (Array.isArray(value)) return value.map(shown);
  return typeof value === 'object' && value !== null ? described(value) : value;
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
