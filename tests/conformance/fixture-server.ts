import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/client';
import type { Lab } from '@stratlab/lab/lab.ts';
import { registerPrompt } from '@stratlab/mcp/register-prompt.ts';
import { registerResource } from '@stratlab/mcp/register-resource.ts';
import { buildServer } from '@stratlab/mcp/server.ts';
import { serveTasks } from '@stratlab/mcp/tasks-extension/serve-tasks.ts';
import { z } from 'zod';
import { type FixtureServer, type FixtureTool, text } from './fixture.ts';
import { askingTools } from './fixtures/asking-tools.ts';
import { contentTools } from './fixtures/content-tools.ts';
import { inputTools } from './fixtures/input-tools.ts';
import { fixturePrompts, registerRichPrompts } from './fixtures/prompts.ts';
import { fixtureResources } from './fixtures/resources.ts';
import { schemaTools } from './fixtures/schema-tools.ts';
import { fixtureTasks, taskTools } from './fixtures/task-tools.ts';

const tools = [...contentTools, ...schemaTools, ...askingTools, ...inputTools, ...taskTools];

/** The lab's own server with what the official suites ask for: their tools instead of ours, the rest beside ours. */
export function fixtureServer(lab: Lab): FixtureServer {
  const server = buildServer(lab);
  const inner = server.server;
  inner.registerCapabilities({ logging: {}, completions: {}, resources: { subscribe: true } });
  for (const resource of fixtureResources) registerResource(server, lab, resource);
  for (const prompt of fixturePrompts) registerPrompt(server, lab, prompt, () => true);
  registerRichPrompts(server);
  inner.setRequestHandler('resources/subscribe', () => ({}));
  inner.setRequestHandler('resources/unsubscribe', () => ({}));
  serveTasks(inner, fixtureTasks);
  serveFixtures(server);
  return server;
}

function serveFixtures(server: FixtureServer): void {
  const headerTool = registerHeaderTool(server);
  const byName = new Map<string, FixtureTool>([...tools, headerTool].map((tool) => [tool.name, tool]));
  const list = [...byName.values()].map(({ name, inputSchema = { type: 'object' } }) => ({
    name,
    description: 'A fixture of the conformance suites.',
    inputSchema: z.looseObject({ type: z.literal('object') }).parse(inputSchema),
  }));
  server.server.setRequestHandler('tools/list', () => ({ tools: list }));
  server.server.setRequestHandler('tools/call', ({ params }, context) => {
    const tool = byName.get(params.name);
    if (tool === undefined) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool ${params.name}`);
    return tool.run(params.arguments ?? {}, context);
  });
}

/** The SDK itself compares its headers with its arguments, and for that has to know it. */
function registerHeaderTool(server: FixtureServer): FixtureTool {
  const name = 'test_x_mcp_header';
  const input = z.object({
    region: z.string().optional().meta({ 'x-mcp-header': 'Region' }),
    level: z.int().optional(),
  });
  const run = ({ region }: { region?: unknown }) => text(String(region ?? 'none'));
  server.registerTool(name, { inputSchema: input }, run);
  return { name, inputSchema: z.toJSONSchema(input, { io: 'input' }), run };
}
