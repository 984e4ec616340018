import { completable, type McpServer } from '@modelcontextprotocol/server';
import type { Lab } from '@stratlab/lab/lab.ts';
import { z } from 'zod';
import type { Prompt, PromptArgument } from './prompt.ts';

export function registerPrompt(server: McpServer, lab: Lab, prompt: Prompt, has: (tool: string) => boolean): void {
  const { name, title, description, text } = prompt;
  const shape = Object.entries(prompt.arguments).map(([key, argument]) => [key, field(lab, argument)] as const);
  const defaults = Object.entries(prompt.arguments).map(([key, argument]) => [key, argument.default] as const);
  server.registerPrompt(name, { title, description, argsSchema: z.object(Object.fromEntries(shape)) }, (given) => {
    const filled = Object.fromEntries(defaults.map(([key, value]) => [key, given[key] ?? value ?? '']));
    return { messages: [{ role: 'user', content: { type: 'text', text: text(filled, has) } }] };
  });
}

function field(lab: Lab, { description, default: value, complete }: PromptArgument): z.ZodType<string | undefined> {
  const described = z.string().trim().min(1).max(2_000).describe(description);
  const completed = complete ? completable(described, async (prefix) => [...(await complete(lab, prefix))]) : described;
  return value === undefined ? completed : completed.optional();
}
