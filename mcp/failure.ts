import type { CallToolResult } from '@modelcontextprotocol/server';
import { type ErrorCode, LabError, type Problem } from '@stratlab/lab/error.ts';
import { shownError } from '@stratlab/lab/fault.ts';
import { answerBudget, bytesOf } from './budget.ts';

/** What a caller reads of an error. */
export interface Failure {
  code: ErrorCode;
  message: string;
  /** The next step. */
  hint: string;
  path?: string;
  problems?: Problem[];
}

const hints: Record<ErrorCode, string> = {
  invalid_input: 'Correct the arguments and call again.',
  not_found: 'List what there is and take a name or id from there.',
  already_exists: 'Choose another name, or read what is there.',
  sealed: 'End the dates before the seal; only open_holdout reads beyond it.',
  no_data: 'list_market_data shows which series there are and their dates.',
  insufficient_data: 'Take more bars or shorter windows.',
  invalid_strategy: 'Correct every problem listed, then validate_strategy.',
  not_causal: 'Remove what looks ahead.',
  limit_exceeded: 'Ask for less, or end something first.',
  busy: 'Wait a moment and call again.',
  cancelled: 'Start it again if it is still wanted.',
  corrupt: 'A person has to look at the file; use other data meanwhile.',
  unavailable: 'Call again in a moment.',
  internal: 'A fault of the lab, now in its log. Go on another way, or call again once.',
};

/** Any thrown thing as a failure; what is not a `LabError` is a fault of ours and is told without its stack. */
export function failureOf(thrown: unknown): Failure {
  const error = shownError(thrown);
  if (!(error instanceof LabError)) return { code: 'internal', message: messageOf(error), hint: hints.internal };
  const { code, message, hint = hints[code], path, problems } = error;
  const failure = { code, message, hint, ...(path === undefined ? {} : { path }) };
  return problems === undefined || problems.length === 0 ? failure : withProblems(failure, problems);
}

/** The failure as the protocol carries it: text alone, since old clients would check `structuredContent`. */
export function resultOfFailure(failure: Failure): CallToolResult {
  return { isError: true, content: [{ type: 'text', text: JSON.stringify(failure) }] };
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.slice(0, 500) || 'Something failed without a message.';
}

function withProblems(failure: Failure, problems: Problem[]): Failure {
  let shown = problems.length;
  while (shown > 1 && bytesOf({ ...failure, problems: problems.slice(0, shown) }) > answerBudget) shown = shown >> 1;
  const left = problems.length - shown;
  const message = left === 0 ? failure.message : `${failure.message} (${left} problems are left out here)`;
  return { ...failure, message, problems: problems.slice(0, shown) };
}
