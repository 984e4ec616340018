export { timeframes } from '@stratlab/data/timeframe.ts';
