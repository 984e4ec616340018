import type { Lab } from '@stratlab/lab/lab.ts';

/** Names that begin with `prefix`, best first; at most 100 are shown. */
export type Complete = (lab: Lab, prefix: string) => Promise<readonly string[]> | readonly string[];

export interface PromptArgument {
  description: string;
  /** Used where the argument is left out; without it the argument is required. */
  default?: string;
  complete?: Complete;
}

/** Instructions that a person can start an agent with. The file has the prompt's name with hyphens. */
export interface Prompt {
  name: string;
  title: string;
  description: string;
  arguments: Record<string, PromptArgument>;
  /** The text for given arguments; `has` tells which tools the client sees, so that it names no other. */
  text(given: Record<string, string>, has: (tool: string) => boolean): string;
}
