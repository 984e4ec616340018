import { suggestIds } from '@stratlab/lab/suggest-names.ts';
import type { Prompt } from '../prompt.ts';
import { howToCount, howToWorkLong, lines } from './house-rules.ts';

export const analyzeFailure: Prompt = {
  name: 'analyze_failure',
  title: 'Find out why a backtest failed',
  description:
    'Finds the one cause that explains a poor backtest, checks it against figures not yet seen, and writes it down.',
  arguments: {
    backtest_id: {
      description: 'The backtest, as run_backtest named it: "backtest_…".',
      complete: suggestIds('backtest'),
    },
  },
  text: ({ backtest_id }, has) =>
    lines([
      `# Why did ${backtest_id} fail?`,
      '',
      'A failure that is understood saves the next session its trials. Find the one cause that explains the figures, and do',
      'not mend the strategy on the way: these bars have been seen, and whatever is fitted to them proves nothing.',
      '"There is no edge here" is a cause too, and the commonest.',
      '',
      '## 1. What failed',
      `- get_backtest {"backtest_id": "${backtest_id}", "detail": "full"}: the verdict with its reason, warnings, baselines, years, regimes, drawdowns. Looking again costs no trial.`,
      '- Name the failure: it loses, it earns less than buy-and-hold, it earns no more than luck would, or it hardly traded (trades_count below 30). Each has other causes.',
      `- get_strategy for its definition and hypothesis, search_insights for its idea${has('get_failed_strategies') ? ', get_failed_strategies for what fell in the same way' : ''}.`,
      '',
      '## 2. Go through the causes, cheapest first',
      `- The bars: warnings of the answer${has('check_data_quality') ? ', check_data_quality for every finding' : ''}. Could gaps, splits or stale prices make it by themselves?`,
      '- Nothing tested: entries that hardly ever hold, orders that could not be afforded, a span too short.',
      '- Costs: final_equity less initial_capital plus costs_paid is the profit before them. Positive before and negative after: it trades too often. Cheaper assumed costs are no answer.',
      '- Exposure: compare it with buy-and-hold and always_long, by year and by regime. Who earns only while the market rises holds the market, not an edge.',
      `- Entries or exits: excursions and trade_distribution${has('get_backtest_trades') ? ', and get_backtest_trades with mae, mfe and exit_reason' : ''}. Winners cut short, losers kept, or no trade that was ever ahead?`,
      has('get_model') &&
        '- The model: get_model, balanced accuracy against the majority class on train, validation and test. No better on train: it learnt nothing. Better on train only: it memorised.',
      has('explain_model') && '- explain_model: does it go by what the hypothesis speaks of?',
      '- Luck: a Sharpe ratio within sharpe_se of the one hoped for is no failure of the idea, only a lack of proof.',
      has('evaluate_evidence') && '- evaluate_evidence: whether the difference can be told from luck at all.',
      '',
      '## 3. Check the cause, not a cure',
      '- A cause foretells something you have not looked at yet. Write it down before you look: "if exposure is the cause, it loses in each regime in which buy-and-hold loses".',
      '- Mostly the figures you have are enough. Another run is a trial: start_experiment with the cause as hypothesis, then run_backtest with segment "validation" (a rule: other dates).',
      has('test_strategies') && '- Several causes are one test_strategies call: one variant for each, and no more.',
      has('sweep_parameters') &&
        '- sweep_parameters tells a bad value from a bad idea: where every value loses, it is the idea.',
      '- The test segment is spent where this backtest ran on it. A changed strategy is another question: its own experiment, and run_backtest with segment "test", once, at its end.',
      '',
      ...howToCount(4, has),
      '',
      '## 5. Write it down',
      `- save_insight {"category": "failure", "evidence_ids": ["${backtest_id}"], …}: the idea, the market, the cause with its figures, the trials spent, and what would have to be different for it to work.`,
      '- end_experiment for one that you started, and for the one it belongs to where that has nothing left to ask, by the criterion as written.',
      '',
      ...howToWorkLong,
      '',
      'Your last message: the cause in one sentence, the figures that show it with their ids, the causes ruled out and by what, whether the idea deserves another trial, and the insight_id.',
    ]),
};
