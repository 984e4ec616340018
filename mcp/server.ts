import { McpServer, ProtocolError, ProtocolErrorCode, type Server } from '@modelcontextprotocol/server';
import { nearest } from '@stratlab/lab/error.ts';
import type { Lab } from '@stratlab/lab/lab.ts';
import { codeVersion } from '@stratlab/lab/version.ts';
import { answerWithinMs, type CallOptions, callTool } from './call.ts';
import { callContext } from './progress.ts';
import { prompts as allPrompts } from './prompts/index.ts';
import { registerPrompt } from './register-prompt.ts';
import { registerResource } from './register-resource.ts';
import { resources as allResources } from './resources/index.ts';
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
}

/**
 * The lab's face for agents, of either protocol era, ready to be connected; one for each connection or request. Throws
 * `invalid_input` for an unknown toolset.
 */
export function buildServer(lab: Lab, options: ServerOptions = {}): McpServer {
  const offered = chooseTools(options.tools ?? allTools, options);
  const listed = { ttlMs: 3_600_000, cacheScope: 'public' } as const;
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
  serveTools(server.server, lab, { offered, answerWithinMs: options.answerWithinMs ?? answerWithinMs });
  const has = (tool: string) => offered.some(({ name }) => name === tool);
  for (const prompt of allPrompts) registerPrompt(server, lab, prompt, has);
  for (const resource of allResources) registerResource(server, lab, resource);
  return server;
}

/**
 * Lists and calls by our own handlers: the list is sent as it was frozen, and arguments of the wrong type are answered
 * by the tool's own parser with every problem, not by the SDK's validator.
 */
function serveTools(server: Server, lab: Lab, options: CallOptions): void {
  const list = { tools: options.offered.map(({ listing }) => listing) };
  const byName = new Map(options.offered.map((tool) => [tool.name, tool]));
  server.setRequestHandler('tools/list', () => list);
  server.setRequestHandler('tools/call', ({ params }, context) => {
    const tool = byName.get(params.name);
    if (tool === undefined) throw unknownTool(lab, params.name, byName.keys());
    return callTool(tool, lab, params.arguments ?? {}, callContext(context), options);
  });
}

function unknownTool(lab: Lab, name: string, known: Iterable<string>): ProtocolError {
  const near = nearest(name, known);
  const advice = near === undefined ? 'tools/list shows those offered here.' : `Did you mean "${near}"?`;
  lab.log.warn({ tool: name.slice(0, 100) }, 'unknown tool');
  return new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool "${name.slice(0, 100)}". ${advice}`);
}
