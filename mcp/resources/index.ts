import type { Resource } from '../resource.ts';
import { backtest } from './backtest.ts';
import { backtestEquity } from './backtest-equity.ts';
import { backtestReport } from './backtest-report.ts';
import { backtestTrades } from './backtest-trades.ts';
import { experiment } from './experiment.ts';
import { guide } from './guide.ts';
import { insight } from './insight.ts';
import { model } from './model.ts';
import { strategy } from './strategy.ts';
import { strategySchema } from './strategy-schema.ts';

/** Every resource; a longer address before the one that it begins with. */
export const resources: readonly Resource[] = [
  guide,
  strategySchema,
  strategy,
  model,
  backtestTrades,
  backtestEquity,
  backtestReport,
  backtest,
  experiment,
  insight,
];
