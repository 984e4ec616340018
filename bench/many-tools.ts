import type { Tool } from '@stratlab/mcp/tool.ts';
import { tools } from '@stratlab/mcp/tools/index.ts';
import { core } from '@stratlab/mcp/toolsets.ts';

/** So many tools of the lab, those of the default set first; once they are used up, the same under further names. */
export function manyTools(count: number): Tool[] {
  const isCore = ({ name }: Tool) => core.includes(name);
  const own = [...tools.filter(isCore), ...tools.filter((tool) => !isCore(tool))];
  return Array.from({ length: count }, (_, k) => renamed(own[k % own.length], Math.floor(k / own.length)));
}

function renamed(tool: Tool, copy: number): Tool {
  if (copy === 0) return tool;
  const name = `${tool.name}_${copy + 1}`;
  return { ...tool, name, listing: { ...tool.listing, name } };
}
