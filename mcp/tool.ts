import type { Lab } from '@stratlab/lab/lab.ts';
import type { TaskView } from '@stratlab/lab/task-view.ts';
import type { z } from 'zod';
import { type Answer, answerSchema, type CheckedAnswer, checkAnswer } from './answer.ts';
import { parseArguments } from './arguments.ts';
import { frozenJsonSchema, frozenOutline, type ObjectSchema } from './json-schema.ts';

/** The headings under which tools can be chosen. */
export const toolsets = ['data', 'strategy', 'training', 'backtest', 'evidence', 'knowledge', 'system'] as const;

export type Toolset = (typeof toolsets)[number];

/** What a client may assume of a call; all four are always stated. */
export interface Annotations {
  /** Changes nothing. */
  readOnlyHint: boolean;
  /** Can remove or end something that was there. */
  destructiveHint: boolean;
  /** The same call again has no further effect. */
  idempotentHint: boolean;
  /** Reaches beyond the lab. */
  openWorldHint: boolean;
}

export interface CallContext {
  /** Fires when the caller has gone or given up. It also fires after a normal end: no job may be bound to it. */
  signal: AbortSignal;
  /** Tells a waiting caller how far the call is, 0 to 100. */
  progress(percent: number, message: string): void;
}

export interface ToolDefinition<Input extends z.ZodObject, Output extends z.ZodObject> {
  /** In snake case; the file has the same name with hyphens. */
  name: string;
  title: string;
  toolset: Toolset;
  description: {
    /** One line. */
    does: string;
    /** Completes "Use when …". */
    useWhen: string;
    /** What to call afterwards, and with what of this answer. */
    next: string;
    /** Arguments of a call that makes sense. */
    example: z.input<Input>;
  };
  /** A strict object; every field described with its unit and range. */
  input: Input;
  /** The fields between `summary` and `warnings`, in the order in which they are read. */
  output: Output;
  annotations: Annotations;
  /** The answer is a picture: it is sent without `structuredContent`, beside which clients drop pictures. */
  picture?: true;
  /** Of a tool whose calls become tasks: the kind of these, and what a call would have answered had it waited for one. */
  task?: { kind: string; finished(lab: Lab, task: TaskView): Answer<z.input<Output>> };
  run(
    lab: Lab,
    input: z.output<Input>,
    context: CallContext,
  ): Promise<Answer<z.input<Output>>> | Answer<z.input<Output>>;
}

/** A tool as `tools/list` shows it. */
export interface ToolListing {
  name: string;
  title: string;
  description: string;
  inputSchema: ObjectSchema;
  /** In outline; every answer is checked against the whole. */
  outputSchema?: ObjectSchema;
  annotations: Annotations;
}

export interface Tool {
  readonly name: string;
  readonly toolset: Toolset;
  readonly annotations: Annotations;
  readonly description: ToolDefinition<z.ZodObject, z.ZodObject>['description'];
  readonly input: z.ZodObject;
  readonly output: z.ZodObject;
  readonly picture: boolean;
  readonly task: { kind: string; answer(lab: Lab, task: TaskView): CheckedAnswer } | undefined;
  /** Frozen, written once. */
  readonly listing: Readonly<ToolListing>;
  /** Reads the arguments, runs, and checks the answer. Throws `LabError` for what the caller can mend. */
  call(lab: Lab, given: unknown, context: CallContext): Promise<CheckedAnswer>;
}

/** One tool of the face, from its definition. Schemas are written here, once for the life of the process. */
export function defineTool<Input extends z.ZodObject, Output extends z.ZodObject>(
  definition: ToolDefinition<Input, Output>,
): Tool {
  const { name, title, toolset, description, input, output, annotations, picture = false, task } = definition;
  const answer = answerSchema(output);
  const inputSchema = frozenJsonSchema(input, 'input');
  const outputSchema = picture ? {} : { outputSchema: frozenOutline(answer) };
  const listing = {
    name,
    title,
    description: written(definition.description),
    inputSchema,
    ...outputSchema,
    annotations,
  };
  return {
    name,
    toolset,
    annotations,
    description,
    input,
    output,
    picture,
    task: task && { kind: task.kind, answer: (lab, ended) => checkAnswer(answer, task.finished(lab, ended)) },
    listing: Object.freeze(listing),
    async call(lab, given, context) {
      return checkAnswer(answer, await definition.run(lab, parseArguments(input, inputSchema, given), context));
    },
  };
}

function written({
  does,
  useWhen,
  next,
  example,
}: {
  does: string;
  useWhen: string;
  next: string;
  example: object;
}): string {
  return [does, `Use when ${useWhen}`, `Next: ${next}`, `Example: ${JSON.stringify(example)}`].join('\n');
}
