import { LabError } from '@stratlab/lab/error.ts';

const shownProblems = 20;

/** An error as a person reads it: message, every problem, the next step. A bug of ours keeps its stack. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof LabError)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const problems = (error.problems ?? [])
    .slice(0, shownProblems)
    .map(({ path, message, hint }) => `  ${path}: ${message}${hint === undefined ? '' : ` ${hint}`}`);
  return [`${error.code}: ${error.message}`, ...problems, ...(error.hint === undefined ? [] : [error.hint])].join('\n');
}
