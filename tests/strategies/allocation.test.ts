import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allocatesByWeights } from '@stratlab/strategies/allocation.ts';
import type { Mapping } from '@stratlab/strategies/mapping.ts';
import { keysOfOneInstrument, weightsExecutionProblems } from '@stratlab/strategies/weights-settings.ts';
import {
  documentOf,
  fuzzyRulesText,
  markOf,
  modelText,
  problemsOf,
  rulesText,
  strategyOf,
  warningsOf,
  withValue,
} from '../strategy-documents.ts';

const target: Mapping = { target: { position: '0.5' } };
const universe: Mapping = { universe: { symbols: ['SPY', 'IWM', 'EFA'] } };
const portfolio: Mapping = { portfolio: { rank: 'roc(60)', long_top: 0.5 } };
const legs: Mapping = {
  legs: [
    { symbol: 'EWA', weight: 1 },
    { symbol: 'EWC', weight: '-beta(EWA, EWC, 60)' },
  ],
};
const alone: Mapping = { version: '4' };
const rules = documentOf(rulesText);
const fuzzyRules = documentOf(fuzzyRulesText);
const { execution: _, decisions: __, ...model } = documentOf(modelText);
const signalTarget: Mapping = { target: { position: '0.1 * signal / volatility(20)' } };
const signalPortfolio: Mapping = { portfolio: { rank: 'cs_rank(signal)', long_top: 0.5 } };

function found(document: Mapping): string[] {
  return problemsOf(document).map(({ path, message }) => `${path}: ${message}`);
}

test('every combination that the grammar knows is read, and says what decides', () => {
  const combinations: [Mapping, string][] = [
    [target, 'target'],
    [{ ...target, ...universe }, 'target'],
    [{ ...target, ...legs }, 'target'],
    [{ ...portfolio, ...universe }, 'portfolio'],
    [{ ...model, ...signalTarget }, 'model'],
    [{ ...model, ...signalTarget, ...universe }, 'model'],
    [{ ...model, ...signalPortfolio, ...universe }, 'model'],
    [{ ...fuzzyRules, ...signalTarget }, 'fuzzy_rules'],
    [{ ...fuzzyRules, ...signalTarget, ...legs }, 'fuzzy_rules'],
    [{ ...fuzzyRules, ...signalPortfolio, ...universe }, 'fuzzy_rules'],
    [{ ...fuzzyRules, ...legs }, 'fuzzy_rules'],
    [{ ...model, ...legs }, 'model'],
    [{ ...rules, ...legs }, 'rules'],
  ];
  for (const [blocks, decider] of combinations) {
    const document = { ...alone, ...blocks };
    assert.deepEqual(found(document), [], JSON.stringify(blocks).slice(-200));
    const strategy = strategyOf(document);
    assert.equal(strategy.decider, decider);
    assert.equal(allocatesByWeights(strategy.document), true);
  }
  assert.equal(allocatesByWeights(strategyOf(rules).document), false);
});

test('blocks that do not go together are told where it can be mended', () => {
  const broken: [Mapping, string, RegExp][] = [
    [alone, '', /has none/],
    [legs, '', /has none/],
    [{ ...rules, ...fuzzyRules }, 'fuzzy_rules', /exactly one of model, rules, fuzzy_rules; this one has rules and/],
    [{ ...rules, ...target }, 'target', /rules give none/],
    [{ ...target, ...portfolio, ...universe }, 'target', /both say/],
    [portfolio, 'portfolio', /none is given/],
    [{ ...rules, ...portfolio, ...universe }, 'portfolio', /rules decide otherwise/],
    [{ ...rules, ...universe }, 'universe', /share the capital/],
    [{ ...fuzzyRules, ...universe }, 'universe', /share the capital/],
    [{ ...target, ...legs, ...universe }, 'legs', /a universe is many/],
    [{ ...portfolio, ...legs }, 'legs', /a portfolio ranks many/],
  ];
  for (const [blocks, path, message] of broken) {
    const problem = problemsOf({ ...alone, ...blocks }).find(
      (each) => each.path === path && message.test(each.message),
    );
    assert.ok(problem?.hint, `${path} ${message}: ${JSON.stringify(found({ ...alone, ...blocks }))}`);
  }
});

test('formulas are kept by their path, and checked where they stand', () => {
  const { formulas } = strategyOf({ ...alone, ...target, ...legs });
  assert.deepEqual([...formulas.keys()], ['target.position', 'legs.0.weight', 'legs.1.weight']);
  assert.deepEqual([...strategyOf({ ...alone, ...portfolio, ...universe }).formulas.keys()], ['portfolio.rank']);
  const wrong: [Mapping, string, RegExp][] = [
    [{ target: { position: 'close > 1' } }, 'target.position', /true or false/],
    [{ target: { position: 'signal' } }, 'target.position', /only where a model or fuzzy rules decide/],
    [{ target: { position: 'position * 2' } }, 'target.position', /holds by weights/],
    [{ target: { position: 'cs_rank(close)' } }, 'target.position', /ranks the symbols of a universe/],
    [{ ...universe, portfolio: { rank: 'signal', long_top: 1 } }, 'portfolio.rank', /only where a model/],
    [{ ...universe, portfolio: { rank: 'roc(60', long_top: 1 } }, 'portfolio.rank', /Column/],
    [{ ...universe, target: { position: 'EWA' } }, 'target.position', /"EWA" is not known/],
    [
      {
        ...target,
        legs: [
          { symbol: 'A', weight: 'B' },
          { symbol: 'C', weight: 1 },
        ],
      },
      'legs.0.weight',
      /"B" is not known/,
    ],
    [{ ...target, legs: [{ symbol: 'A', weight: 1 }] }, 'legs', /at least 2/],
    [
      {
        ...target,
        legs: [
          { symbol: 'a', weight: 1 },
          { symbol: 'A', weight: 1 },
        ],
      },
      'legs',
      /twice/,
    ],
    [{ ...withValue(rules, 'rules.exit_long', 'bars_held > 5'), ...legs }, 'rules.exit_long', /holds by weights/],
    [{ ...target, ...legs, indicators: { EWA: { type: 'rsi' } } }, 'indicators.EWA', /"EWA" is a leg's symbol/],
    [{ ...universe, portfolio: { rank: 'close' } }, 'portfolio', /never hold/],
    [{ ...universe, portfolio: { rank: 'close', long_top: 0.6, short_bottom: 0.6 } }, 'portfolio', /at most 1/],
    [{ ...target, universe: { symbols: ['SPY', '../x'] } }, 'universe.symbols.1', /not a symbol/],
    [{ target: { position: '1', rebalance: { every: 'year' } } }, 'target.rebalance.every', /not a rebalancing period/],
  ];
  for (const [blocks, path, message] of wrong) {
    const problems = problemsOf({ ...alone, ...blocks });
    assert.ok(
      problems.some((problem) => problem.path === path && message.test(problem.message)),
      `${path} ${message}: ${JSON.stringify(problems)}`,
    );
    assert.equal(new Set(problems.map((problem) => problem.path)).size, 1, JSON.stringify(problems));
  }
  const spread = { type: 'formula', formula: 'EWA - beta(EWA, EWC, 60) * EWC' };
  assert.deepEqual(found({ ...rules, ...legs, indicators: { spread } }), []);
});

test('what belongs to entries and exits is refused beside weights, written-out defaults are not', () => {
  const given: Mapping = {
    entry: { order: 'limit', price: 'close' },
    stop_loss: { atr: 2 },
    take_profit: { atr: 2 },
    trailing_stop: { percent: 0.1 },
    max_holding_bars: 5,
    quotes: { bid: 'A', ask: 'B' },
  };
  assert.deepEqual(Object.keys(given), [...keysOfOneInstrument]);
  for (const blocks of [target, { ...rules, ...legs }, { ...portfolio, ...universe }]) {
    const document = { ...alone, ...blocks };
    assert.deepEqual(
      problemsOf({ ...document, execution: given }).map(({ path }) => path),
      keysOfOneInstrument.map((key) => `execution.${key}`),
    );
    const written: Mapping = { ...document, execution: strategyOf(document).document.execution };
    assert.deepEqual(found(written), []);
    assert.equal(markOf(written), markOf(document));
  }
  assert.deepEqual(problemsOf({ ...rules, execution: { stop_loss: { atr: 2 } } }), []);
  const half = { sizing: { method: 'percent_of_equity', value: 0.5 } };
  const sized = (blocks: Mapping, execution: Mapping) =>
    problemsOf({ ...alone, ...blocks, execution }).map(({ path }) => path);
  assert.deepEqual(sized(target, half), ['execution.sizing']);
  assert.deepEqual(sized({ ...target, ...legs }, half), ['execution.sizing']);
  assert.deepEqual(sized({ ...portfolio, ...universe }, half), ['execution.sizing']);
  assert.deepEqual(sized({ ...rules, ...legs }, half), []);
  assert.deepEqual(sized({ ...rules, ...legs }, { sizing: { method: 'units', value: 5 } }), ['execution.sizing']);
});

test('an override of execution is judged by the same rule', () => {
  const { document } = strategyOf({ ...alone, ...target });
  const { execution } = document;
  assert.deepEqual(weightsExecutionProblems(execution, document, execution), []);
  const overridden = { ...execution, max_holding_bars: 3 };
  const [problem] = weightsExecutionProblems(overridden, document, execution);
  assert.equal(problem.path, 'execution.max_holding_bars');
  assert.deepEqual(weightsExecutionProblems(overridden, strategyOf(rules).document, execution), []);
});

test('a setting of decisions that weights cannot honour is refused', () => {
  const refused: [Mapping, Mapping, string][] = [
    [target, { filters: { min_signal_separation: 3 } }, 'decisions.filters.min_signal_separation'],
    [target, { confidence_threshold: 0.5 }, 'decisions.confidence_threshold'],
    [{ ...rules, ...legs }, { confidence_threshold: 0.5 }, 'decisions.confidence_threshold'],
    [{ ...rules, ...legs }, { position_awareness: false }, 'decisions.position_awareness'],
    [{ ...fuzzyRules, ...signalTarget }, { position_awareness: false }, 'decisions.position_awareness'],
    [{ ...portfolio, ...universe }, { direction: 'long' }, 'decisions.direction'],
  ];
  for (const [blocks, decisions, path] of refused) {
    assert.deepEqual(
      problemsOf({ ...alone, ...blocks, decisions }).map((problem) => problem.path),
      [path],
    );
  }
  const allowed: [Mapping, Mapping][] = [
    [target, { direction: 'long', filters: { when: 'close > sma(20)' } }],
    [{ ...portfolio, ...universe }, { filters: { when: 'cs_rank(volume) > 0.5' } }],
    [{ ...fuzzyRules, ...signalTarget }, { confidence_threshold: 0.5 }],
    [
      { ...fuzzyRules, ...legs },
      { position_awareness: false, confidence_threshold: 0.5 },
    ],
  ];
  for (const [blocks, decisions] of allowed) assert.deepEqual(found({ ...alone, ...blocks, decisions }), []);
});

test('what cannot change anything is warned of', () => {
  const warned = (document: Mapping) => warningsOf(document).map(({ path }) => path);
  assert.deepEqual(warned({ ...fuzzyRules, ...target }), ['target.position']);
  assert.deepEqual(warned({ ...fuzzyRules, ...signalTarget }), []);
  assert.deepEqual(warned({ ...fuzzyRules, ...portfolio, ...universe }), ['portfolio.rank']);
  const symbols = { mode: 'single', symbol: 'SPY' };
  assert.deepEqual(warned({ ...alone, ...portfolio, ...universe, training_data: { symbols } }), [
    'training_data.symbols',
  ]);
  const training = { labels: { source: 'next_direction' } };
  assert.match(warningsOf({ ...alone, ...target, training })[0].message, /no effect: target decides\./);
});

test('the fingerprint counts what decides, each thing in one spelling', () => {
  const long = { ...alone, ...portfolio, ...universe };
  assert.equal(markOf({ ...long, universe: { symbols: ['efa', 'SPY', 'IWM'] } }), markOf(long));
  assert.deepEqual(strategyOf(long).document.universe, { symbols: ['SPY', 'IWM', 'EFA'] });
  const pair = { ...alone, ...target, ...legs };
  const spelled = withValue(withValue(pair, 'legs.1.weight', ' -beta( EWA,EWC, 60.0)'), 'legs.0.weight', '1.0');
  assert.equal(markOf(spelled), markOf(pair));
  const first = { training_data: { symbols: { mode: 'single', symbol: 'EWA' } } };
  assert.equal(markOf({ ...pair, ...first }), markOf(pair));
  const rebalanced = { ...alone, target: { position: 0.5, rebalance: { every: 'bar', band: 0 } } };
  assert.equal(markOf(rebalanced), markOf({ ...alone, ...target }));
  assert.equal(markOf({ ...long, portfolio: { rank: 'roc(60)', long_top: 0.5, rebalance: 'monthly' } }), markOf(long));
  const others: Mapping[] = [
    long,
    withValue(long, 'portfolio.gross', 2),
    withValue(long, 'portfolio.rank', 'roc(61)'),
    withValue(long, 'universe.symbols', ['SPY', 'IWM']),
    { ...long, universe: { membership: 'sp500' } },
    pair,
    { ...pair, legs: Array.isArray(legs.legs) ? legs.legs.toReversed() : [] },
    withValue(pair, 'training_data', { symbols: { mode: 'single', symbol: 'EWC' } }),
    { ...alone, ...target },
    withValue({ ...alone, ...target }, 'target.rebalance', { band: 0.1 }),
  ];
  assert.equal(new Set(others.map((document) => markOf(document))).size, others.length);
});

test('a parameter is a number of a block, and its value counts', () => {
  const swept: Mapping = {
    ...alone,
    parameters: { top: { default: 0.2 }, n: { default: 60 } },
    ...universe,
    portfolio: { rank: 'roc($n)', long_top: '$top' },
  };
  assert.deepEqual(found(swept), []);
  assert.equal(markOf(swept, { top: 0.5 }), markOf({ ...alone, ...portfolio, ...universe }));
});
