import { formatInstant, instantOrNull } from '@stratlab/data/instant.ts';
import type { Experiment } from '@stratlab/knowledge/experiments.ts';
import { countedIn } from '@stratlab/knowledge/trials.ts';
import type { Lab } from './lab.ts';

/** What was allowed, spent and is left; null where no limit was set. */
export interface Budget {
  trials: number | null;
  minutes: number | null;
}

export interface ExperimentView {
  experiment_id: string;
  name: string;
  hypothesis: string;
  criterion: { metric: string; threshold: number } | null;
  status: 'open' | 'ended';
  outcome: Experiment['outcome'];
  conclusion: string | null;
  tags: string[];
  parent_id: string | null;
  /** Trials counted in it, and minutes from its start to its end or to now. */
  spent: { trials: number; minutes: number };
  budget: Budget;
  budget_left: Budget;
  created_at: string;
  ended_at: string | null;
}

const minuteMs = 60_000;

/** The record of an experiment with its budget's state. */
export function experimentView({ database }: Pick<Lab, 'database'>, experiment: Experiment): ExperimentView {
  const { id, name, hypothesis, criterion, outcome, conclusion, tags, parentId, createdAt, endedAt } = experiment;
  const budget = { trials: experiment.budget?.trials ?? null, minutes: experiment.budget?.minutes ?? null };
  const minutes = Math.max(0, (endedAt ?? Date.now()) - createdAt) / minuteMs;
  const spent = { trials: countedIn(database, id), minutes: Math.round(10 * minutes) / 10 };
  return {
    experiment_id: id,
    name,
    hypothesis,
    criterion,
    status: endedAt === null ? 'open' : 'ended',
    outcome,
    conclusion,
    tags,
    parent_id: parentId,
    spent,
    budget,
    budget_left: { trials: left(budget.trials, spent.trials), minutes: left(budget.minutes, spent.minutes) },
    created_at: formatInstant(createdAt),
    ended_at: instantOrNull(endedAt),
  };
}

/** Where more was spent than allowed, one sentence each. */
export function overspent({ budget, spent }: Pick<ExperimentView, 'budget' | 'spent'>): string[] {
  return (['trials', 'minutes'] as const).flatMap((what) => {
    const limit = budget[what];
    return limit !== null && spent[what] > limit ? [`It has spent ${spent[what]} of ${limit} ${what}.`] : [];
  });
}

function left(limit: number | null, spent: number): number | null {
  return limit === null ? null : Math.max(0, Math.round(10 * (limit - spent)) / 10);
}
