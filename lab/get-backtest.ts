import { drawdownTable } from '@stratlab/backtests/drawdowns.ts';
import { monthlyReturns, yearlyReturns } from '@stratlab/backtests/periods.ts';
import { formatInstant } from '@stratlab/data/instant.ts';
import { byRegime } from './by-regime.ts';
import { requireBacktest } from './find-backtest.ts';
import type { Lab } from './lab.ts';
import { readResult } from './result-file.ts';

const equityPoints = 60;
const deepestDrawdowns = 5;

/** The answer that was shown, and with `full` what lies behind it: years, months, drawdowns, equity in few points. */
export function getBacktest(lab: Lab, input: { backtest_id: string; detail: 'summary' | 'full' }) {
  const { answer, createdAt, experimentId, resultHash } = requireBacktest(lab, input.backtest_id);
  const shown = {
    ...answer,
    summary: String(answer.summary),
    created_at: formatInstant(createdAt),
    experiment_id: experimentId,
  };
  if (input.detail === 'summary') return { answer: shown, details: null };
  const result = readResult(lab.folders.results, resultHash);
  const [time, equity] = [Float64Array.from(result.time), Float64Array.from(result.equity)];
  const sessions = { session: Float64Array.from(result.session), returns: Float64Array.from(result.sessionReturns) };
  const capital = Number(answer.initial_capital);
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
      equity: thinned(result.time, result.equity),
    },
  };
}

function extreme(months: ReturnType<typeof monthlyReturns>, pick: (...values: number[]) => number): number | null {
  return months.length === 0 ? null : pick(...months.map((month) => month.return));
}

/** At most sixty points, evenly spaced, the last one included. */
function thinned(time: readonly number[], equity: readonly number[]) {
  const last = time.length - 1;
  const points = Math.min(equityPoints, time.length);
  const rows = Array.from({ length: points }, (_, k) => (points === 1 ? 0 : Math.round((k * last) / (points - 1))));
  return {
    columns: ['timestamp', 'equity'],
    rows: rows.map((row) => [formatInstant(time[row]), Math.round(equity[row] * 100) / 100]),
  };
}
