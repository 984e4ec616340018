export { parseSymbol } from '@stratlab/data/instrument.ts';
export { parseSealChoice, type SealChoice } from '@stratlab/data/seal.ts';
export { parseTimeframe } from '@stratlab/data/timeframe.ts';
