import type { Resource } from '../resource.ts';

export const guideText = `# Stratlab in one page

Stratlab holds market bars, computes features, trains models, simulates trading with costs, judges the results and
remembers all of it. It has no account and cannot send an order.

## Words
- **series**: bars of one symbol and timeframe, stamped at their start, UTC. Its content hash names it.
- **strategy**: one YAML document without code: indicators, fuzzy sets, then one decider (model, rules or fuzzy rules), and what execution assumes.
- **segments**: a model's bars are split in time into train, validation and test. Choose on validation, look at test once.
- **seal**: the newest part of each underlying that no tool shows. It is kept for one last check.
- **trial**: one distinct decision rule whose result was shown. Trials are counted for a whole family of series and never reset.
- **experiment**: a hypothesis and a criterion written before the first result, and everything done for it.
- **insight**: one thing learnt, searchable, with the ids of its evidence.

## A session
1. get_research_brief, search_insights: what is known.
2. start_experiment: hypothesis, criterion, budget.
3. list_market_data, check_data_quality, compute_indicators: which bars, how good, what range.
4. get_strategy_schema, validate_strategy, create_strategy: the simplest form of the idea.
5. train_model and get_task_status, where there is a model.
6. run_backtest on validation while choosing, on test once.
7. save_insight, end_experiment.

## Reading an answer
- summary is the verdict; warnings say what weakens it; next are calls worth making.
- Returns, costs and drawdowns are fractions: 0.01 is 1 %. null is unknown, with its reason beside it.
- Tables are columns and rows; next_cursor goes into cursor of the same call for the rows that follow.
- Long work answers with a task_id: get_task_status {"task_id": …, "wait_ms": 20000}.
- A person reads lab://backtests/{id}/report.html: verdict, pictures, trades and costs of a backtest on one page.
- An error is one JSON object: code, message, hint, often path and all problems at once.

## What makes a result believable
It beats buy-and-hold and the plain baselines after costs, on bars that neither training nor choosing saw, by more than
luck would give after that many trials, in more than one stretch of time, and it has a reason.
`;

export const guide: Resource = {
  name: 'guide',
  title: 'How the lab works',
  description: 'The words of the lab, the course of a session and how to read an answer, on one page.',
  uri: 'lab://guide',
  mimeType: 'text/markdown',
  read: () => ({ text: guideText }),
};
