import type { Tool } from '../tool.ts';
import { checkDataQualityTool } from './check-data-quality.ts';
import { computeIndicatorsTool } from './compute-indicators.ts';
import { computeMetricsTool } from './compute-metrics.ts';
import { getBacktestTool } from './get-backtest.ts';
import { getBacktestTradesTool } from './get-backtest-trades.ts';
import { getChartTool } from './get-chart.ts';
import { getMarketDataTool } from './get-market-data.ts';
import { getModelTool } from './get-model.ts';
import { listIndicatorsTool } from './list-indicators.ts';
import { listMarketDataTool } from './list-market-data.ts';
import { listModelsTool } from './list-models.ts';
import { loadMarketDataTool } from './load-market-data.ts';
import { runBacktestTool } from './run-backtest.ts';
import { trainModelTool } from './train-model.ts';

/** Every tool, one line each, in the order in which clients see them. */
export const tools: readonly Tool[] = [
  listMarketDataTool,
  loadMarketDataTool,
  getMarketDataTool,
  checkDataQualityTool,
  listIndicatorsTool,
  computeIndicatorsTool,
  trainModelTool,
  listModelsTool,
  getModelTool,
  runBacktestTool,
  getBacktestTool,
  getBacktestTradesTool,
  computeMetricsTool,
  getChartTool,
];
