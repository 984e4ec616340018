import { executionSchema } from '@stratlab/backtests/execution.ts';
import { LabError, type Problem } from '@stratlab/data/error.ts';
import { completeComposition, compositionBlockSchema } from '@stratlab/models/composition-block.ts';
import { completeTraining, trainingBlockSchema } from '@stratlab/models/document.ts';
import { modelBlockSchema } from '@stratlab/models/model-block.ts';
import { documentSchema } from '@stratlab/strategies/document.ts';
import { readStrategy, type Strategy, type StrategyReading } from '@stratlab/strategies/strategy.ts';
import { z } from 'zod';

/** The whole grammar: the strategy's own blocks with those of models and of the simulated market. */
export const strategySchema = documentSchema({
  model: modelBlockSchema,
  training: trainingBlockSchema,
  composition: compositionBlockSchema,
  execution: executionSchema.prefault({}),
}).transform((document, context) => ({
  ...document,
  training: completeTraining(document, context),
  composition: completeComposition(document, context),
}));
export type LabDocument = z.output<typeof strategySchema>;
export type LabStrategy = Strategy<LabDocument>;

/** JSON Schema of a strategy document, version 4. */
export const strategyJsonSchema = z.toJSONSchema(strategySchema, { io: 'input', unrepresentable: 'any' });

const knownKeys = keysOf(strategyJsonSchema);

export function readLabStrategy(
  raw: Record<string, unknown>,
  values: Readonly<Record<string, number>> = {},
): StrategyReading<LabDocument> {
  return readStrategy(raw, strategySchema, knownKeys, values);
}

/** As `readLabStrategy`. Throws `invalid_strategy` with all problems. */
export function requireStrategy(
  raw: Record<string, unknown>,
  values: Readonly<Record<string, number>> = {},
): { strategy: LabStrategy; warnings: Problem[] } {
  const read = readLabStrategy(raw, values);
  if ('strategy' in read) return read;
  throw invalidStrategy(read.problems);
}

export function invalidStrategy(problems: Problem[]): LabError {
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return new LabError('invalid_strategy', `${first.path === '' ? '' : `${first.path}: `}${first.message}${more}`, {
    path: first.path,
    hint: first.hint ?? 'get_strategy_schema shows the grammar with examples.',
    problems,
  });
}

/** Names of properties anywhere in a JSON Schema. */
function keysOf(schema: unknown, found: Set<string> = new Set()): Set<string> {
  if (typeof schema !== 'object' || schema === null) return found;
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'properties') for (const name of Object.keys(value)) found.add(name);
    keysOf(value, found);
  }
  return found;
}
