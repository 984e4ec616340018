import {
  McpServer,
  ProtocolError,
  ProtocolErrorCode,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { nearest } from '@stratlab/lab/error.ts';
import type { Lab } from '@stratlab/lab/lab.ts';
import { codeVersion } from '@stratlab/lab/version.ts';
import { answerWithinMs, callTool } from './call.ts';
import { may, owner, type Principal, principalOf, requestIdOf } from './http/principal.ts';
import { callContext } from './progress.ts';
import { prompts as allPrompts } from './prompts/index.ts';
import { registerPrompt } from './register-prompt.ts';
import { registerResource } from './register-resource.ts';
import { resources as allResources } from './resources/index.ts';
import { scopeOf } from './scope.ts';
import { labTasks } from './tasks-extension/lab-tasks.ts';
import { serveTasks } from './tasks-extension/serve-tasks.ts';
import { resultOrTask } from './tasks-extension/started-task.ts';
import type { TaskSource } from './tasks-extension/task.ts';
import type { Tool } from './tool.ts';
import { tools as allTools } from './tools/index.ts';
import { chooseTools, type ToolChoice } from './toolsets.ts';

const instructions = `Stratlab is a research laboratory for trading strategies. It cannot trade; it finds out whether an idea would have earned.
A session: get_research_brief, then start_experiment with a hypothesis and a criterion before any result is seen; list_market_data;
get_strategy_schema and create_strategy; train_model where there is a model (get_task_status with wait_ms until it is done);
run_backtest; save_insight, for failures too; end_experiment.
Answers begin with summary, the verdict, and end with next, calls worth making. Longer tables continue with next_cursor.
Every distinct rule whose result you saw counts as a trial and makes the evidence weaker: decide before you look, change one thing at a time.
The newest bars are sealed. The test segment is for one look at the end, not for choosing. "No edge" is a good answer.
An error names its code, what is wrong and a hint; follow the hint rather than repeating the call.
Times are UTC, returns and costs fractions (0.01 is 1 %), unknown is null.`;

export interface ServerOptions extends ToolChoice {
  /** Other tools than the lab's own. */
  tools?: readonly Tool[];
  /** How long a call may take before it is answered with `unavailable`. */
  answerWithinMs?: number;
  /** Who asks, where the transport does not say so with each message: the owner unless given. */
  principal?: Principal;
}

interface ToolService {
  offered: readonly Tool[];
  answerWithinMs: number;
  principal: Principal;
}

/**
 * The lab's face for agents, of either protocol era, ready to be connected; one for each connection or request. Throws
 * `invalid_input` for an unknown toolset.
 */
export function buildServer(lab: Lab, options: ServerOptions = {}): McpServer {
  const offered = chooseTools(options.tools ?? allTools, options);
  const listed = { ttlMs: 3_600_000, cacheScope: 'private' } as const;
  const server = new McpServer(
    { name: 'stratlab', title: 'Stratlab', version: codeVersion },
    {
      instructions,
      capabilities: {
        tools: { listChanged: false },
        prompts: { listChanged: false },
        resources: { listChanged: false },
      },
      cacheHints: { 'tools/list': listed, 'prompts/list': listed },
    },
  );
  const tasks = labTasks(lab, offered);
  if (offered.some(({ task }) => task !== undefined)) serveTasks(server.server, tasks);
  serveTools(server.server, lab, tasks, {
    offered,
    answerWithinMs: options.answerWithinMs ?? answerWithinMs,
    principal: options.principal ?? owner,
  });
  const has = (tool: string) => offered.some(({ name }) => name === tool);
  for (const prompt of allPrompts) registerPrompt(server, lab, prompt, has);
  for (const resource of allResources) registerResource(server, lab, resource);
  return server;
}

/**
 * Lists and calls by our own handlers: the list is sent as it was frozen, and arguments of the wrong type are answered
 * by the tool's own parser with every problem, not by the SDK's validator. A principal sees what it may call.
 */
function serveTools(server: Server, lab: Lab, tasks: TaskSource, service: ToolService): void {
  const askerOf = ({ http }: ServerContext) => (http?.authInfo ? principalOf(http.authInfo) : service.principal);
  const offeredTo = (principal: Principal) => service.offered.filter((tool) => may(principal, scopeOf(tool)));
  server.setRequestHandler('tools/list', (_request, context) => ({
    tools: offeredTo(askerOf(context)).map(({ listing }) => listing),
  }));
  server.setRequestHandler('tools/call', async ({ params }, context) => {
    const principal = askerOf(context);
    const offered = offeredTo(principal);
    const tool = offered.find(({ name }) => name === params.name);
    if (tool === undefined) throw unknownTool(lab, params.name, offered);
    const result = await callTool(tool, lab, params.arguments ?? {}, callContext(context), {
      offered,
      answerWithinMs: service.answerWithinMs,
      principal: principal.name,
      requestId: requestIdOf(context.http?.authInfo),
    });
    return tool.task === undefined ? result : resultOrTask(result, tasks, context);
  });
}

function unknownTool(lab: Lab, name: string, offered: readonly Tool[]): ProtocolError {
  const near = nearest(
    name,
    offered.map((tool) => tool.name),
  );
  const advice = near === undefined ? 'tools/list shows those offered here.' : `Did you mean "${near}"?`;
  lab.log.warn({ tool: name.slice(0, 100) }, 'unknown tool');
  return new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool "${name.slice(0, 100)}". ${advice}`);
}
