import { searchInsights } from '@stratlab/lab/search-insights.ts';
import { z } from 'zod';
import { readOnly } from '../data-fields.ts';
import { category, tags } from '../knowledge-fields.ts';
import { pagedList, paging } from '../table.ts';
import { defineTool } from '../tool.ts';

const usual = 10;
/** Characters of one insight where no limit asks for all of it. */
const excerpt = 1500;

export const searchInsightsTool = defineTool({
  name: 'search_insights',
  title: 'Search insights',
  toolset: 'knowledge',
  description: {
    does: 'Finds what was learnt before by words in any form, best first, weighted by importance.',
    useWhen: 'you begin with an idea, or are about to spend a trial on one.',
    next: 'get_backtest on the ids in evidence_ids; start_experiment where nothing is known.',
    example: { query: 'rsi reversion after high volatility' },
  },
  input: z.strictObject({
    query: z.string().trim().min(1).max(400).describe('Words; an insight with any of them is found.'),
    category: category.optional().describe('Only these.'),
    tags: tags.optional().describe('Only those with all of these tags.'),
    min_importance: z.int().min(1).max(10).optional().describe('Only from this importance on, 1 to 10.'),
    limit: paging.limit.describe('How many, 1 to 10000; 10 where absent, and then a long one is cut.'),
    cursor: paging.cursor,
  }),
  output: z.object({
    insights: z.array(
      z.object({
        insight_id: z.string(),
        content: z.string(),
        category,
        tags: z.array(z.string()),
        importance: z.int(),
        evidence_ids: z.array(z.string()),
        context: z.object({
          experiment_id: z.string().nullable(),
          experiment: z.string().nullable(),
          date: z.string(),
        }),
        score: z.number(),
      }),
    ),
    total: z.int(),
    next_cursor: z.string().optional(),
  }),
  annotations: readOnly,
  run(lab, input) {
    const all = searchInsights(lab, input);
    const found = input.limit === undefined ? all.map(shortened) : all;
    const { items, ...rest } = pagedList(found, input, { usual });
    const long = items.filter(({ content }) => content.endsWith('…')).length;
    return {
      summary:
        all.length === 0
          ? `Nothing is known about "${input.query}".`
          : `${all.length === 1 ? '1 insight speaks' : `${all.length} insights speak`} of it, ${items.length} of them here.`,
      insights: items,
      total: all.length,
      ...rest,
      warnings:
        input.limit === undefined && long > 0
          ? [`${long} were cut to ${excerpt} characters; give limit to see all.`]
          : [],
    };
  },
});

function shortened<Insight extends { content: string }>(insight: Insight): Insight {
  if (insight.content.length <= excerpt) return insight;
  return { ...insight, content: `${insight.content.slice(0, excerpt - 1)}…` };
}
