import {
  CLIENT_CAPABILITIES_META_KEY,
  MissingRequiredClientCapabilityError,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import { tasksExtension } from './task.ts';

const declaration = z.object({
  [CLIENT_CAPABILITIES_META_KEY]: z.object({ extensions: z.object({ [tasksExtension]: z.object({}) }) }),
});

/** Whether the client declared the extension with this request; what it said with another does not count. */
export function declaresTasks({ mcpReq }: ServerContext): boolean {
  return declaration.safeParse(mcpReq.envelope).success;
}

/** Throws the protocol's error that names the missing extension. */
export function requireTasksDeclared(context: ServerContext): void {
  if (declaresTasks(context)) return;
  throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { extensions: { [tasksExtension]: {} } } });
}
