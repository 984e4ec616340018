import { suggestStrategies } from '@stratlab/lab/suggest-names.ts';
import type { Prompt } from '../prompt.ts';
import { howToCount, howToWorkLong, lines } from './house-rules.ts';

export const optimizeStrategy: Prompt = {
  name: 'optimize_strategy',
  title: 'Improve a strategy without fooling yourself',
  description:
    'Finds out why a strategy earns or loses, tries few reasoned changes on validation, and tests the best once.',
  arguments: {
    name: { description: 'The strategy, as list_strategies names it.', complete: suggestStrategies },
  },
  text: ({ name }, has) =>
    lines([
      `# Improve ${name}, or show that it cannot be improved`,
      '',
      'Tuning makes every backtest better and few strategies. Find out why it earns or loses, change what the reason asks',
      'for, and stop early. "The simple version was as good" and "there is no edge here" are good answers.',
      '',
      '## 1. What is there',
      `- get_strategy {"name": "${name}"}: the definition, its lineage and every result so far. Read them all before you run anything.`,
      '- search_insights for it and for its idea. A change that failed on a sibling will fail here.',
      `- start_experiment before the first new result: hypothesis "changing X improves ${name} because Y", criterion {metric, threshold} that is higher than what it reaches now by more than its sharpe_se, budget of at most 10 trials. Pass the experiment_id on.`,
      '',
      '## 2. Diagnose on what may be seen',
      '- run_backtest with segment "validation" (a rule without training too), and get_backtest for the rest. Is it the entries, the exits, the costs or the size?',
      '  - costs_paid near the gross profit: it trades too often. Fewer, better trades; never cheaper assumed costs.',
      '  - mae and mfe of the trades: winners cut short or losers kept. Exits before entries.',
      '  - earns in one year or in five trades only: there is nothing to tune.',
      '  - worse than buy-and-hold or than a baseline: ask whether the idea is needed at all.',
      has('explain_model') && '- explain_model: which rules and features carry it, and where it is wrong.',
      has('get_model') &&
        '- get_model: balanced accuracy against the majority class on train and validation. A wide gap is memorising: fewer features, a smaller network, earlier stopping.',
      '',
      '## 3. Few changes, each for a reason',
      '- First take away: drop each feature, rule or stop once. What can go without harm, goes.',
      '- Then change one thing at a time, and write the expectation before the run. Coarse steps (10, 20, 40), never 13 against 14.',
      has('mutate_strategy') && '- mutate_strategy makes the variants with their lineage.',
      has('update_strategy') && '- update_strategy saves a change as a new version with its reason.',
      has('test_strategies') && '- test_strategies runs and ranks them in one call.',
      has('sweep_parameters') &&
        '- sweep_parameters for the one or two parameters that matter: take the middle of a plateau, not the peak.',
      '- Compare on validation only. A difference smaller than sharpe_se is noise: keep the simpler version.',
      '',
      ...howToCount(4, has),
      '',
      '## 5. Judge once, and write down',
      '- One candidate, chosen by validation. run_backtest with segment "test" once, for it; compare with the original on the same span. The better one on validation that loses on test is overfitted: say so and keep the original.',
      has('evaluate_evidence') && '- evaluate_evidence for it, with all trials of the family in the count.',
      '- save_insight for each change: what, why, expected, found, kept or not. end_experiment by the criterion as written.',
      '',
      ...howToWorkLong,
      '',
      'Your last message: what was wrong, which changes held and which did not, original against candidate on the test segment after costs, trials spent, the verdict, and the experiment_id.',
    ]),
};
