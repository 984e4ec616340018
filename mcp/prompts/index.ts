import type { Prompt } from '../prompt.ts';
import { analyzeFailure } from './analyze-failure.ts';
import { optimizeStrategy } from './optimize-strategy.ts';
import { researchSession } from './research-session.ts';
import { reviewEvidence } from './review-evidence.ts';

export const prompts: readonly Prompt[] = [researchSession, optimizeStrategy, analyzeFailure, reviewEvidence];
