import type { Prompt } from '../prompt.ts';
import { optimizeStrategy } from './optimize-strategy.ts';
import { researchSession } from './research-session.ts';

export const prompts: readonly Prompt[] = [researchSession, optimizeStrategy];
