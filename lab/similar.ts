import type { Experiment } from '@stratlab/knowledge/experiments.ts';
import { listExperiments } from '@stratlab/knowledge/experiments.ts';
import { type Insight, searchInsights } from '@stratlab/knowledge/insights.ts';
import { countedByExperiment } from '@stratlab/knowledge/trials.ts';
import type { Lab } from './lab.ts';

/** Earlier work in similar words, with what came of it. */
export interface Similar {
  kind: 'experiment' | 'insight';
  id: string;
  text: string;
  came_of_it: string;
  /** Share of words in common, 0 to 1. */
  score: number;
}

const leastScore = 0.3;
const mostShown = 5;
const longestText = 240;

/** Insights that share words with the text, nearest first. */
export function similarInsights({ database }: Pick<Lab, 'database'>, text: string): Similar[] {
  const words = wordsOf(text);
  const candidates = searchInsights(database, [...words].join(' '), { most: 50 });
  return nearest(candidates.map(({ insight }) => insightLike(insight, words)));
}

/** Experiments and insights that share words with the text, nearest first. */
export function similarWork(lab: Pick<Lab, 'database'>, text: string): Similar[] {
  const words = wordsOf(text);
  const trials = countedByExperiment(lab.database);
  const experiments = listExperiments(lab.database, {}).map((experiment) =>
    experimentLike(experiment, trials.get(experiment.id) ?? 0, words),
  );
  return nearest([...experiments, ...similarInsights(lab, text)]);
}

/** At most `length` characters. */
export function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

function nearest(found: Similar[]): Similar[] {
  return found
    .filter(({ score }) => score >= leastScore)
    .sort((a, b) => b.score - a.score)
    .slice(0, mostShown);
}

function insightLike({ id, category, content, tags, importance }: Insight, words: ReadonlySet<string>): Similar {
  return {
    kind: 'insight',
    id,
    text: cut(content, longestText),
    came_of_it: `${category}, importance ${importance}`,
    score: likeness(words, wordsOf([content, ...tags].join(' '))),
  };
}

function experimentLike(experiment: Experiment, trials: number, words: ReadonlySet<string>): Similar {
  const { id, name, hypothesis, tags, outcome, conclusion } = experiment;
  const ended = `${outcome} after ${trials} trials: ${conclusion}`;
  return {
    kind: 'experiment',
    id,
    text: cut(`${name}: ${hypothesis}`, longestText),
    came_of_it: outcome === null ? `open, ${trials} trials so far` : cut(ended, longestText),
    score: likeness(words, wordsOf([name, hypothesis, ...tags].join(' '))),
  };
}

/** Words in common over the geometric mean of both counts. */
function likeness(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  if (a.size === 0 || b.size === 0) return 0;
  const common = [...a].filter((word) => b.has(word)).length;
  return Math.round((100 * common) / Math.sqrt(a.size * b.size)) / 100;
}

const emptyWords = new Set(
  'after and are before but can does for from has have higher into its lower more not of on over some than that the their then there this was when which while will with would'.split(
    ' ',
  ),
);

/** What a text is about: its longer words without endings. */
function wordsOf(text: string): Set<string> {
  const words =
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]{2,}/gu) ?? [];
  return new Set(
    words.filter((word) => !emptyWords.has(word)).map((word) => word.replace(/(?<=\p{L}{4})(ing|ed|es|s)$/u, '')),
  );
}
