import type { CallToolResult } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { answerBudget, fit, largestAnswer } from './budget.ts';
import { textOf } from './text.ts';

/** A call worth making next. */
export interface NextCall {
  tool: string;
  arguments: Record<string, unknown>;
  why?: string | undefined;
}

/** A picture, or a link to a file of the lab (`lab://…`); it goes beside the fields, not into them. */
export type Attachment =
  | { type: 'image'; data: string; mimeType: string }
  | { type: 'resource_link'; uri: string; name: string; mimeType?: string };

/** What a tool answers: one sentence with the verdict first, its own fields, then warnings and up to three next calls. */
export type Answer<Fields> = (string extends keyof Fields ? unknown : Fields) & {
  summary: string;
  warnings?: string[] | undefined;
  next?: NextCall[] | undefined;
  attachments?: Attachment[] | undefined;
};

const nextCall = z.strictObject({
  tool: z.string(),
  arguments: z.record(z.string(), z.unknown()),
  why: z.string().optional(),
});

/** An answer that agrees with its tool's output schema, fields in the order of that schema. */
export interface CheckedAnswer {
  fields: Record<string, unknown> & { summary: string; warnings: string[]; next: NextCall[] };
  attachments: Attachment[];
}

/** The whole answer's schema: `summary`, the tool's own fields, `warnings`, `next`. */
export function answerSchema(output: z.ZodObject) {
  return z.strictObject({
    summary: z.string(),
    ...output.shape,
    warnings: z.array(z.string()).default([]),
    next: z.array(nextCall).max(3).default([]),
  });
}

/** Throws where the answer disagrees with its schema, which is a fault of the tool and never of the caller. */
export function checkAnswer(schema: ReturnType<typeof answerSchema>, answer: Answer<object>): CheckedAnswer {
  const { attachments = [], ...fields } = answer;
  const checked = schema.safeParse(fields);
  if (!checked.success) throw new Error(`The answer breaks its own schema: ${z.prettifyError(checked.error)}`);
  return { fields: checked.data, attachments };
}

/**
 * The answer as the protocol carries it: complete in `structuredContent`, and as a short text beside it. A picture goes
 * without `structuredContent`, because clients that read that show nothing else.
 */
export function resultOf(answer: CheckedAnswer, options: { wantsMore: boolean; picture: boolean }): CallToolResult {
  const fields = fit(answer.fields, options.wantsMore ? largestAnswer : answerBudget);
  const content: CallToolResult['content'] = [{ type: 'text', text: textOf(fields) }, ...answer.attachments];
  return options.picture ? { content } : { structuredContent: fields, content };
}
