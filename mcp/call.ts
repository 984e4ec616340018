import type { CallToolResult } from '@modelcontextprotocol/server';
import { LabError } from '@stratlab/lab/error.ts';
import type { Lab } from '@stratlab/lab/lab.ts';
import { inSpan } from '@stratlab/lab/trace.ts';
import { type CheckedAnswer, resultOf } from './answer.ts';
import { checkSize, isReadable } from './arguments.ts';
import { type Failure, failureOf, resultOfFailure } from './failure.ts';
import type { CallContext, Tool } from './tool.ts';

/** Clients give up at 60 s; a call that lasts longer than this is told to come back. */
export const answerWithinMs = 20_000;

export interface CallOptions {
  /** The tools that this client sees: only these are worth naming as a next call. */
  offered: readonly Tool[];
  answerWithinMs: number;
  /** Who calls. */
  principal: string;
  /** Of the request that the call came with. */
  requestId?: string | undefined;
}

/** One call of a tool, from its arguments as they came to its result; whatever happens is recorded, and answered. */
export async function callTool(
  tool: Tool,
  lab: Lab,
  given: Record<string, unknown>,
  context: CallContext,
  options: CallOptions,
): Promise<CallToolResult> {
  const startedAt = performance.now();
  let failure: Failure | null = null;
  let result: CallToolResult;
  try {
    checkSize(given);
    const answering = inSpan(`tool ${tool.name}`, {}, () => tool.call(lab, given, context));
    const answer = await inTime(tool, lab, answering, options.answerWithinMs);
    result = resultOf(withOffered(answer, options.offered), { wantsMore: 'limit' in given, picture: tool.picture });
  } catch (error) {
    failure = failureOf(error);
    result = resultOfFailure(failure);
    if (failure.code === 'internal') lab.log.error({ err: error, tool: tool.name }, 'a tool failed');
  }
  record(lab, tool.name, given, failure, performance.now() - startedAt, options);
  return result;
}

/** The answer, or `unavailable` once the time is up; the work itself goes on. */
async function inTime(tool: Tool, lab: Lab, answer: Promise<CheckedAnswer>, limitMs: number): Promise<CheckedAnswer> {
  const limit = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    answer.catch((error: unknown) => lab.log.error({ err: error, tool: tool.name }, 'a tool failed after its time'));
    const message = `${tool.name} has not answered within ${limitMs / 1000} s; its work goes on.`;
    limit.reject(
      new LabError('unavailable', message, { hint: 'Ask get_task_status, or for less: fewer bars, a shorter span.' }),
    );
  }, limitMs);
  try {
    return await Promise.race([answer, limit.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** The answer with only such next calls as this client can make. */
export function withOffered({ fields, attachments }: CheckedAnswer, offered: readonly Tool[]): CheckedAnswer {
  const next = fields.next.filter((call) => offered.some(({ name }) => name === call.tool));
  return { fields: { ...fields, next }, attachments };
}

function record(
  lab: Lab,
  tool: string,
  given: unknown,
  failure: Failure | null,
  durationMs: number,
  { principal, requestId }: CallOptions,
): void {
  const errorCode = failure?.code ?? null;
  const kept = isReadable(given) ? given : null;
  lab.log.info(
    {
      tool,
      principal,
      requestId,
      durationMs: Math.round(durationMs),
      errorCode,
      ...(failure && { message: failure.message }),
    },
    'call',
  );
  try {
    const outcome = failure === null ? 'ok' : 'error';
    lab.recordCall({ tool, arguments: kept, durationMs, outcome, errorCode, principal });
  } catch (error) {
    lab.log.error({ err: error, tool }, 'a call could not be recorded');
  }
}
