import { listMarketData } from '@stratlab/lab/list-market-data.ts';
import type { Prompt } from '../prompt.ts';
import { howToCount, howToWorkLong, lines } from './house-rules.ts';

export const researchSession: Prompt = {
  name: 'research_session',
  title: 'Research an idea from hypothesis to verdict',
  description:
    'A whole session on one theme and symbol: hypothesis first, counted trials, one look at the test, a record.',
  arguments: {
    theme: { description: 'What to look into, in a few words: "mean reversion after quiet days".' },
    symbol: {
      description: 'The market, as list_market_data names it: "SPX".',
      complete: (lab, prefix) => {
        const symbols = new Set(listMarketData(lab).series.map(({ symbol }) => symbol));
        return [...symbols].filter((symbol) => symbol.startsWith(prefix.toUpperCase()));
      },
    },
    budget: { description: 'How much may be spent: "10 trials, 60 minutes".', default: '10 trials, 60 minutes' },
  },
  text: ({ theme, symbol, budget }, has) =>
    lines([
      `# Research: ${theme} on ${symbol}`,
      '',
      `You do one piece of research in Stratlab, on your own, for as long as it takes. Budget: ${budget}.`,
      'The question is not "which backtest looks good?" but "is there an edge that survives costs, chance and bars nobody',
      'has seen?". Most ideas have none. "No edge" is a good answer: it costs nothing and saves the next one the work.',
      '',
      '## 1. Know what is known',
      has('get_research_brief') &&
        `- get_research_brief {"symbol": "${symbol}"}. Is an experiment on this open? Continue it instead of starting its twin.`,
      `- search_insights for the theme${has('get_failed_strategies') ? ' and get_failed_strategies for the symbol' : ''}. What failed before is not tried again under another name.`,
      '',
      '## 2. Commit before you look',
      '- Say why the edge should exist: who loses the money, and why do they keep losing it? Without a reason, ask for stronger evidence.',
      '- start_experiment: a hypothesis that can turn out false (what happens, when, in which direction, for how long), a',
      `  criterion {metric, threshold} on the test segment after costs, and the budget: ${budget}. Write both before any`,
      '  result is on your screen and do not move them afterwards. Pass the experiment_id to every later call that takes one.',
      '',
      '## 3. Look at the data, not at the outcome',
      `- list_market_data: dates, sealed_from, grade. ${has('check_data_quality') ? 'check_data_quality' : 'load_market_data'}: read every finding. Could one of`,
      '  them make the effect by itself (opens equal to the previous close, a split, missing sessions)? Then take another series or say so in the hypothesis.',
      '- compute_indicators without limit gives quantiles: place fuzzy sets and thresholds by those. Returns that follow a',
      '  signal are an outcome; whoever looks at them has spent a trial.',
      has('study_event') &&
        '- study_event asks the plainest form of the question, before any strategy is built. It counts as a trial.',
      '',
      '## 4. Simple first',
      '- get_strategy_schema once. Begin with the plainest rule that says the idea: one or two conditions, round numbers, costs as they are by default.',
      `- ${has('validate_strategy') ? 'validate_strategy until nothing is wrong, then create_strategy' : 'create_strategy; mend every problem it lists'}. If it names something similar, read that result first.`,
      '- run_backtest with segment "validation" while you choose.',
      '- A model comes second, and has to beat the rule: few features, one small network, fixed seed. train_model, then',
      '  get_task_status with wait_ms 20000 until it is done. A balanced accuracy on validation that is no better than the majority class ends this branch.',
      '- Change one thing at a time, for a reason you wrote down. A change smaller than the standard error of the Sharpe ratio (sharpe_se) is none: keep the simpler one.',
      has('test_strategies') && '- Many variants are one test_strategies call, not thirty single ones.',
      has('sweep_parameters') && '- sweep_parameters shows a plateau or a spike. A spike is luck.',
      has('run_walk_forward') &&
        '- run_walk_forward before you believe a parameter that was chosen on one stretch of time.',
      '',
      ...howToCount(5, has),
      '',
      '## 6. Judge once',
      '- Choose one candidate by validation alone. Then run_backtest with segment "test", once. What you see there is the answer; going back to improve it makes the test a second validation.',
      '- Put it beside buy-and-hold, the baselines and the majority class, after costs. Read trades_count (below 30 says little), sharpe with sharpe_se, max_drawdown, costs_paid, and the verdict of the evidence.',
      has('evaluate_evidence') &&
        '- evaluate_evidence {"depth": "full"} for the candidate: adjusted_p is the figure that counts, with all your trials in it.',
      '- Ask what would make it vanish: doubled costs, one bar later, without the best five trades, only before or after the middle. Say which you checked.',
      has('open_holdout') &&
        '- open_holdout only where the criterion is met and you would stake your name on it. It opens once.',
      '',
      '## 7. Leave it better known',
      '- save_insight for each thing learnt, with figures and evidence_ids. Failures matter most: what was tried, how many trials, why it fell.',
      '- end_experiment: supported, refuted or inconclusive, by the criterion as it was written. End it too when the budget is spent; unspent trials are no reason to go on.',
      '',
      ...howToWorkLong,
      '',
      'Your last message: the hypothesis, the trials spent, the verdict with its figures after costs beside the baselines, what would change your mind, and the experiment_id.',
    ]),
};
