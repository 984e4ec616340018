import { nearest, type Problem } from '@stratlab/data/error.ts';
import { type ChosenLabel, type Label, parameterNames } from '../label.ts';
import { context } from './context.ts';
import { forwardReturn } from './forward_return.ts';
import { nextDirection } from './next_direction.ts';
import { regime } from './regime.ts';
import { tripleBarrier } from './triple_barrier.ts';
import { zigzag } from './zigzag.ts';

export const labels: readonly Label[] = [zigzag, forwardReturn, tripleBarrier, regime, context, nextDirection];

export function findLabel(source: string): Label | undefined {
  const wanted = source.toLowerCase();
  return labels.find((label) => label.source === wanted);
}

/** Reads `training.labels` of a document: `{source, …}`. Every fault is a problem at its own path below `path`. */
export function parseLabel(value: unknown, path: string): ChosenLabel | { problems: Problem[] } {
  if (!isRecord(value) || typeof value.source !== 'string') {
    return { problems: [{ path: `${path}.source`, message: 'The label method is missing.', hint: known }] };
  }
  const { source, ...rest } = value;
  const label = findLabel(source);
  if (label) return chosen(label, rest, path);
  const guess = nearest(
    source,
    labels.map((candidate) => candidate.source),
  );
  const hint = guess ? `Did you mean "${guess}"?` : known;
  return { problems: [{ path: `${path}.source`, message: `"${source}" is not a label method. ${known}`, hint }] };
}

function chosen(label: Label, given: unknown, path: string): ChosenLabel | { problems: Problem[] } {
  const parsed = label.parameters.safeParse(given);
  if (parsed.success) return label.choose(parsed.data);
  const problems = parsed.error.issues.map((issue) => ({
    path: [path, ...issue.path].join('.'),
    message: `${label.source}: ${issue.message}`,
    hint: `Parameters of ${label.source}: ${parameterNames(label).join(', ') || 'none'}.`,
  }));
  return { problems };
}

const known = `Known: ${labels.map((label) => label.source).join(', ')}.`;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
