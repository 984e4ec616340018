import { LabError, nearest } from '@stratlab/lab/error.ts';
import { type Tool, toolsets } from './tool.ts';

/** The tools that a session of research needs, and no more: what a client sees unless it chooses. */
export const core: readonly string[] = [
  'get_research_brief',
  'list_market_data',
  'load_market_data',
  'analyze_market',
  'compute_indicators',
  'study_event',
  'get_strategy_schema',
  'create_strategy',
  'get_strategy',
  'mutate_strategy',
  'test_strategies',
  'train_model',
  'explain_model',
  'get_task_status',
  'cancel_task',
  'run_backtest',
  'get_backtest',
  'sweep_parameters',
  'run_walk_forward',
  'evaluate_evidence',
  'open_holdout',
  'start_experiment',
  'end_experiment',
  'save_insight',
  'search_insights',
];

export interface ToolChoice {
  /** `core`, `all`, or several headings with commas between: `core,knowledge`. */
  toolsets?: string | undefined;
  /** Leaves out every tool that writes. */
  readOnly?: boolean | undefined;
}

/** The chosen tools, in the order of `tools`. Throws `invalid_input` for an unknown heading. */
export function chooseTools(tools: readonly Tool[], { toolsets = 'core', readOnly = false }: ToolChoice): Tool[] {
  const wanted = new Set(toolsets.split(',').map((name) => name.trim()));
  for (const name of wanted) checkName(name);
  return tools.filter((tool) => (!readOnly || tool.annotations.readOnlyHint) && isWanted(tool, wanted));
}

function isWanted(tool: Tool, wanted: ReadonlySet<string>): boolean {
  return wanted.has('all') || wanted.has(tool.toolset) || (wanted.has('core') && core.includes(tool.name));
}

function checkName(name: string): void {
  const known = ['core', 'all', ...toolsets];
  if (known.includes(name)) return;
  const near = nearest(name, known);
  throw new LabError('invalid_input', `"${name}" is not a toolset. Known: ${known.join(', ')}.`, {
    path: 'toolsets',
    hint: near === undefined ? 'Put commas between several.' : `Did you mean "${near}"?`,
  });
}
