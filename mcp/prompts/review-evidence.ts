import { suggestIds } from '@stratlab/lab/suggest-names.ts';
import type { Prompt } from '../prompt.ts';
import { howToCount, howToWorkLong, lines } from './house-rules.ts';

export const reviewEvidence: Prompt = {
  name: 'review_evidence',
  title: 'Review whether the evidence of an experiment holds',
  description:
    'Reads an experiment as a sceptical referee: what was claimed, what was counted, what would make the result vanish.',
  arguments: {
    experiment_id: {
      description: 'The experiment, as start_experiment named it: "experiment_…".',
      complete: suggestIds('experiment'),
    },
  },
  text: ({ experiment_id }, has) =>
    lines([
      `# Does the evidence of ${experiment_id} hold?`,
      '',
      'You are the referee, not the author. Look for the simplest reason why the result is not what it seems; where you find',
      'none, say so. "No edge was shown" is a good answer, and so is "it holds". Judge from the record; run next to nothing.',
      '',
      '## 1. What was claimed, and when',
      has('get_experiment')
        ? `- get_experiment {"experiment_id": "${experiment_id}"}: hypothesis, criterion, budget, results and timeline, in full.`
        : `- Read the resource lab://experiments/${experiment_id}: hypothesis, criterion, budget, results and timeline.`,
      '- Were hypothesis and criterion written before the first result? Is what was tested what was claimed: the market, the direction, the horizon, the segment? Without a criterion nothing can be supported.',
      '- search_insights for the idea: was it known before, for or against?',
      '',
      '## 2. How often was looked',
      '- Trials spent against the budget, and the family count in the newest result: work outside this experiment counts too.',
      '- Fair is run_backtest with segment "test", once, for one candidate chosen on validation. Several runs on the test segment in the timeline make it a second validation.',
      '- Was the best of many reported, and the others not?',
      '',
      '## 3. The results that carry the claim',
      '- get_backtest {"detail": "full"} for each; looking again costs no trial. Read verdict, reason and adjusted_p, not the Sharpe ratio alone.',
      '- sample: in_sample shows nothing, mixed is weak at most. trades_count below 30 says little. synthetic bars say nothing of a market; sealed_from null: no last check is left.',
      '- Beside buy-and-hold and every baseline, after costs: is it ahead of the best of them by more than sharpe_se?',
      '- execution: costs none, fill signal_close or no slippage make paper profits. Would it live with doubled costs?',
      '- by_year, by_regime, trade_distribution: one year, one regime or five trades are not an edge.',
      has('check_data_quality') && '- check_data_quality for its series: could a finding make the effect by itself?',
      has('explain_model') && '- explain_model: does the model go by what the hypothesis speaks of?',
      has('evaluate_evidence') &&
        '- evaluate_evidence {"depth": "full"} for the result that counts, with all trials in it.',
      '',
      '## 4. At most a few checks',
      '- Each new run is a trial of the family. Say before it which outcome would refute the claim; run it on validation bars, never on those the claim was judged by.',
      has('sweep_parameters') &&
        '- sweep_parameters around the values chosen: a plateau supports them, a spike was luck.',
      has('test_strategies') &&
        '- test_strategies runs the neighbours of the rule, or the rule on related markets, in one call.',
      '',
      ...howToCount(5, has),
      '',
      '## 6. The verdict',
      '- Supported, refuted or inconclusive by the criterion as it was written, whatever the conclusion says. Where the experiment is open and nothing is left to ask, end_experiment so.',
      `- save_insight with evidence_ids ["${experiment_id}", …] where your verdict differs from the recorded one, or where the flaw is one that others will meet.`,
      '',
      ...howToWorkLong,
      '',
      'Your last message: the verdict, the three findings that weigh most with their ids and figures, what was in order, what single check would change your mind, and the experiment_id.',
    ]),
};
