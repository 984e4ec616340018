import type { Tool } from '../tool.ts';
import { cancelTaskTool } from './cancel-task.ts';
import { checkDataQualityTool } from './check-data-quality.ts';
import { computeIndicatorsTool } from './compute-indicators.ts';
import { computeMetricsTool } from './compute-metrics.ts';
import { createStrategyTool } from './create-strategy.ts';
import { endExperimentTool } from './end-experiment.ts';
import { explainModelTool } from './explain-model.ts';
import { getBacktestTool } from './get-backtest.ts';
import { getBacktestTradesTool } from './get-backtest-trades.ts';
import { getChartTool } from './get-chart.ts';
import { getExperimentTool } from './get-experiment.ts';
import { getFailedStrategiesTool } from './get-failed-strategies.ts';
import { getLabStatusTool } from './get-lab-status.ts';
import { getMarketDataTool } from './get-market-data.ts';
import { getModelTool } from './get-model.ts';
import { getResearchBriefTool } from './get-research-brief.ts';
import { getStrategyTool } from './get-strategy.ts';
import { getStrategySchemaTool } from './get-strategy-schema.ts';
import { getTaskStatusTool } from './get-task-status.ts';
import { listExperimentsTool } from './list-experiments.ts';
import { listIndicatorsTool } from './list-indicators.ts';
import { listMarketDataTool } from './list-market-data.ts';
import { listModelsTool } from './list-models.ts';
import { listStrategiesTool } from './list-strategies.ts';
import { listTasksTool } from './list-tasks.ts';
import { loadMarketDataTool } from './load-market-data.ts';
import { mutateStrategyTool } from './mutate-strategy.ts';
import { runBacktestTool } from './run-backtest.ts';
import { saveInsightTool } from './save-insight.ts';
import { searchInsightsTool } from './search-insights.ts';
import { startExperimentTool } from './start-experiment.ts';
import { testStrategiesTool } from './test-strategies.ts';
import { trainModelTool } from './train-model.ts';
import { validateStrategyTool } from './validate-strategy.ts';

/** Every tool, one line each, in the order in which clients see them. */
export const tools: readonly Tool[] = [
  listMarketDataTool,
  loadMarketDataTool,
  getMarketDataTool,
  checkDataQualityTool,
  listIndicatorsTool,
  computeIndicatorsTool,
  getStrategySchemaTool,
  validateStrategyTool,
  createStrategyTool,
  listStrategiesTool,
  getStrategyTool,
  mutateStrategyTool,
  testStrategiesTool,
  trainModelTool,
  listModelsTool,
  getModelTool,
  explainModelTool,
  getTaskStatusTool,
  listTasksTool,
  cancelTaskTool,
  runBacktestTool,
  getBacktestTool,
  getBacktestTradesTool,
  computeMetricsTool,
  getChartTool,
  getResearchBriefTool,
  startExperimentTool,
  endExperimentTool,
  listExperimentsTool,
  getExperimentTool,
  saveInsightTool,
  searchInsightsTool,
  getFailedStrategiesTool,
  getLabStatusTool,
];
