import { getStrategySchema, schemaSections } from '@stratlab/lab/get-strategy-schema.ts';
import { z } from 'zod';
import { pagedTable, paging, tableFields } from '../table.ts';
import { defineTool } from '../tool.ts';

const schemaAddress = 'lab://schema/strategy';

export const getStrategySchemaTool = defineTool({
  name: 'get_strategy_schema',
  title: 'Learn the strategy grammar',
  toolset: 'strategy',
  description: {
    does: 'Shows how a strategy is written: overview with a complete annotated example, or one part of the grammar as a table.',
    useWhen:
      'you write your first strategy here, or need a name: of an indicator, label, formula word, training or execution key.',
    next: 'validate_strategy with what you wrote.',
    example: { section: 'overview' },
  },
  input: z.strictObject({
    section: z
      .enum(schemaSections)
      .default('overview')
      .describe('overview: examples and guidelines. The others: tables of names, defaults and ranges.'),
    ...paging,
  }),
  output: z.object({
    section: z.enum(schemaSections),
    yaml: z.string().optional().describe('A complete valid strategy with comments'),
    guidelines: z.array(z.string()).optional(),
    examples: z.array(z.object({ name: z.string(), what: z.string(), yaml: z.string() })).optional(),
    notes: z.array(z.string()).optional(),
    ...z.object(tableFields).partial().shape,
    json_schema: z.string().describe('Address of the resource with the whole JSON Schema'),
  }),
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  run(_lab, input) {
    const { section } = input;
    const found = getStrategySchema(section);
    const others = schemaSections.filter((name) => name !== section).join(', ');
    const attachments = [
      {
        type: 'resource_link' as const,
        uri: schemaAddress,
        name: 'strategy-schema',
        mimeType: 'application/schema+json',
      },
    ];
    const rest = { json_schema: schemaAddress, attachments };
    if ('yaml' in found) {
      const summary = `The grammar in one annotated strategy, ${found.guidelines.length} guidelines and two more examples. Sections: ${others}.`;
      return { summary, section, ...found, ...rest };
    }
    const { notes, columns, rows } = found;
    const table = pagedTable(columns, rows, input, { beside: 3_000 });
    return {
      summary: `${rows.length} rows of ${section}. Other sections: ${others}.`,
      section,
      notes,
      ...table,
      ...rest,
    };
  },
});
