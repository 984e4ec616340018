import { timeframes } from '@stratlab/lab/timeframes.ts';
import { z } from 'zod';

/** Input fields that several tools share. */
export const timeframe = z.enum(timeframes).describe(`Spacing of the bars: ${timeframes.join(', ')}.`);

export const experimentId = z.string().optional().describe('Experiment this belongs to (experiment_…).');
