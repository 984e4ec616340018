import { ProtocolError, ProtocolErrorCode, type Server, type ServerContext } from '@modelcontextprotocol/server';
import { LabError } from '@stratlab/lab/error.ts';
import { z } from 'zod';
import { requireTasksDeclared } from './declaration.ts';
import { type TaskSource, tasksExtension, terms } from './task.ts';

const params = z.object({ taskId: z.string() });

/** Offers the extension: its own methods, for clients that declare it with the request. */
export function serveTasks(server: Server, source: TaskSource): void {
  server.registerCapabilities({ extensions: { [tasksExtension]: {} } });
  const serve = (method: string, answer: (id: string, context: ServerContext) => object | Promise<object>) =>
    server.setRequestHandler(method, { params }, async ({ taskId }, context) => {
      requireTasksDeclared(context);
      try {
        return { ...(await answer(taskId, context)) };
      } catch (error) {
        throw protocolError(error);
      }
    });
  serve('tasks/get', async (id) => ({ ...(await source.get(id)), ...terms }));
  serve('tasks/cancel', async (id) => {
    await source.cancel(id);
    return {};
  });
  serve('tasks/update', (id, { mcpReq }) => {
    source.answer(id, mcpReq.inputResponses ?? {});
    return {};
  });
}

function protocolError(error: unknown): unknown {
  if (!(error instanceof LabError)) return error;
  const { InvalidParams, InternalError } = ProtocolErrorCode;
  return new ProtocolError(error.code === 'not_found' ? InvalidParams : InternalError, error.message);
}
