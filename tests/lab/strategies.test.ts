import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { LabError } from '@stratlab/data/error.ts';
import { addExperiment, timeline } from '@stratlab/knowledge/experiments.ts';
import { addBacktest } from '@stratlab/knowledge/results.ts';
import { type CreateStrategy, createStrategy } from '@stratlab/lab/create-strategy.ts';
import { getStrategy } from '@stratlab/lab/get-strategy.ts';
import { getStrategySchema } from '@stratlab/lab/get-strategy-schema.ts';
import type { Lab } from '@stratlab/lab/lab.ts';
import { listStrategies } from '@stratlab/lab/list-strategies.ts';
import { readLabStrategy } from '@stratlab/lab/strategy-language.ts';
import { validateStrategy } from '@stratlab/lab/validate-strategy.ts';
import { parseYaml } from '@stratlab/strategies/yaml.ts';
import { emptyLab } from '../lab-home.ts';
import { documentOf, fuzzyRulesText, markOf, modelText, rulesText } from '../strategy-documents.ts';

function refusal(body: () => unknown): LabError {
  try {
    body();
  } catch (error) {
    if (error instanceof LabError) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}

function backtested(lab: Lab, strategyName: string, verdict: string, sharpe: number | null): void {
  addBacktest(lab.database, {
    id: `backtest_${strategyName}_${verdict}`,
    strategyName,
    strategyVersion: 1,
    fingerprint: 'x',
    symbol: 'SPX',
    timeframe: '1d',
    segment: 'all',
    sample: 'in_sample',
    startAt: 0,
    endAt: 1,
    dataHash: 'x',
    resultHash: 'x',
    sharpe,
    totalReturn: 0.1,
    verdict,
    answer: {},
    createdAt: 5,
  });
}

test('a valid document is answered with its features, fingerprint and warnings', (t) => {
  const lab = emptyLab(t);
  const found = validateStrategy(lab, { yaml: modelText });
  assert.equal(found.valid, true);
  assert.deepEqual(found.errors, []);
  assert.equal(found.fingerprint, markOf(modelText));
  assert.deepEqual(found.features, ['1h_zone_low', '1h_zone_high', '4h_zone_low', '4h_zone_high', '1h_adx_14.adx']);
  assert.deepEqual(validateStrategy(lab, { config: documentOf(modelText) }), found);
  assert.deepEqual(validateStrategy(lab, { yaml: rulesText }).features, []);
});

test('whatever is wrong with a document is an answer, not a failure', (t) => {
  const lab = emptyLab(t);
  const wrong = validateStrategy(lab, { yaml: modelText.replace('indicator: rsi_14', 'indicator: rsi14') });
  assert.equal(wrong.valid, false);
  assert.equal(wrong.fingerprint, null);
  assert.deepEqual(wrong.errors, [
    { path: 'fuzzy_sets.zone.indicator', message: '"rsi14" is not an indicator id.', hint: 'Did you mean "rsi_14"?' },
  ]);
  for (const yaml of ['a: [', '', '- 1', 'a: *b', 'x: '.padEnd(70_000, 'y'), '{'.repeat(5000)]) {
    const found = validateStrategy(lab, { yaml });
    assert.equal(found.valid, false, yaml.slice(0, 20));
    assert.equal(found.errors.length, 1);
  }
});

test('it must be said which document is meant', (t) => {
  const lab = emptyLab(t);
  assert.match(refusal(() => validateStrategy(lab, {})).message, /exactly one of config, yaml, name; none of them/);
  assert.equal(refusal(() => validateStrategy(lab, { yaml: rulesText, name: 'cross' })).code, 'invalid_input');
  assert.equal(refusal(() => validateStrategy(lab, { name: 'none' })).code, 'not_found');
  assert.equal(refusal(() => createStrategy(lab, { name: 'a' })).code, 'invalid_input');
});

test('a created strategy is kept with its text, comments included, in the database and as a file', (t) => {
  const lab = emptyLab(t);
  const yaml = `# my idea\n${rulesText.trimStart()}`;
  const made = createStrategy(lab, { name: 'my_cross', yaml, description: 'averages' });
  assert.deepEqual([made.name, made.version, made.created, made.warnings], ['my_cross', 1, true, []]);
  assert.equal(made.fingerprint, markOf(rulesText));
  const stored = getStrategy(lab, { name: 'my_cross' });
  assert.match(stored.yaml, /^# my idea\nname: my_cross\n/);
  assert.equal(stored.description, 'averages');
  assert.equal(stored.parent_version, null);
  assert.equal(readFileSync(join(lab.configuration.home, stored.file), 'utf8'), stored.yaml);
  assert.equal(markOf(parseYaml(stored.yaml)), made.fingerprint);
  assert.equal(validateStrategy(lab, { name: 'my_cross' }).fingerprint, made.fingerprint);
});

test('a document given as data is written out as YAML that reads back the same', (t) => {
  const lab = emptyLab(t);
  const made = createStrategy(lab, { name: 'from_data', config: documentOf(modelText) });
  const { yaml } = getStrategy(lab, { name: 'from_data' });
  assert.equal(parseYaml(yaml).name, 'from_data');
  assert.equal(markOf(parseYaml(yaml)), made.fingerprint);
});

test('a changed document is the next version with the old one as its parent; an equal one is nothing new', (t) => {
  const lab = emptyLab(t);
  const create = (more: Partial<CreateStrategy>) => createStrategy(lab, { name: 'cross', ...more });
  assert.equal(create({ yaml: rulesText }).version, 1);
  const again = create({ yaml: `${rulesText}\n# only a comment` });
  assert.deepEqual([again.version, again.created], [1, false]);
  assert.match(again.warnings[0], /cross v1 decides the same way already: nothing new was made/);
  const changed = create({ yaml: rulesText.replaceAll('sma(50)', 'sma(60)') });
  assert.deepEqual([changed.version, changed.created], [2, true]);
  assert.match(changed.warnings[0], /this is version 2, with version 1 as its parent/);
  assert.match(create({ yaml: rulesText }).warnings[0], /cross v1 decides the same.*The newest is 2/);
  assert.deepEqual(
    getStrategy(lab, { name: 'cross' }).lineage.map(({ version, parent_version }) => [version, parent_version]),
    [
      [1, null],
      [2, 1],
    ],
  );
  assert.match(getStrategy(lab, { name: 'cross', version: 1 }).yaml, /sma\(50\)/);
});

test('a dry run answers the same and writes nothing', (t) => {
  const lab = emptyLab(t);
  const dry = createStrategy(lab, { name: 'cross', yaml: rulesText, dry_run: true });
  assert.deepEqual([dry.version, dry.created], [1, false]);
  assert.equal(listStrategies(lab, {}).length, 0);
  assert.ok(!existsSync(lab.folders.strategies) || readdirSync(lab.folders.strategies).length === 0);
});

test('an invalid document is refused with all its problems, and nothing is kept', (t) => {
  const lab = emptyLab(t);
  const yaml = modelText.replace('epochs: 20', 'epochs: 0').replace('indicator: rsi_14', 'indicator: rsi14');
  const error = refusal(() => createStrategy(lab, { name: 'bad', yaml }));
  assert.equal(error.code, 'invalid_strategy');
  assert.deepEqual(
    error.problems?.map(({ path }) => path),
    ['training.epochs', 'fuzzy_sets.zone.indicator'],
  );
  assert.equal(error.path, 'training.epochs');
  assert.equal(refusal(() => createStrategy(lab, { name: '../up', yaml: rulesText })).path, 'name');
  const huge = { ...documentOf(rulesText), description: 'x'.repeat(10_000_000) };
  assert.equal(refusal(() => createStrategy(lab, { name: 'huge', config: huge })).code, 'limit_exceeded');
  assert.equal(listStrategies(lab, {}).length, 0);
});

test('creating is written into the experiment it belongs to, which must be open', (t) => {
  const lab = emptyLab(t);
  const experiment = { id: 'experiment_a', name: 'a', hypothesis: 'h', tags: [], createdAt: 1 };
  addExperiment(lab.database, experiment);
  createStrategy(lab, { name: 'cross', yaml: rulesText, experiment_id: 'experiment_a' });
  assert.deepEqual(
    timeline(lab.database, 'experiment_a').map(({ summary }) => summary),
    ['created cross v1'],
  );
  const elsewhere = () => createStrategy(lab, { name: 'b', yaml: rulesText, experiment_id: 'experiment_b' });
  assert.equal(refusal(elsewhere).code, 'not_found');
});

test('earlier work that is the same or close is named with the best that came of it', (t) => {
  const lab = emptyLab(t);
  createStrategy(lab, { name: 'first', yaml: rulesText });
  createStrategy(lab, { name: 'words', yaml: fuzzyRulesText });
  backtested(lab, 'first', 'no_evidence', 1.4);
  backtested(lab, 'first', 'weak', 0.4);
  const best = { backtest_id: 'backtest_first_weak', verdict: 'weak', sharpe: 0.4 };
  const [same, ...others] = validateStrategy(lab, { yaml: rulesText }).similar;
  assert.deepEqual(others, []);
  assert.deepEqual(same, { name: 'first', version: 1, relation: 'same', fingerprint: markOf(rulesText), best });
  const close = rulesText
    .replaceAll('sma(50)', 'sma(60)')
    .replace('rules:', 'execution: {max_holding_bars: 9}\nrules:');
  const related = validateStrategy(lab, { yaml: close }).similar.map(({ name, relation }) => [name, relation]);
  assert.deepEqual(related, [['first', 'close']]);
  assert.deepEqual(
    validateStrategy(lab, {
      yaml: rulesText
        .replaceAll('crosses', 'x')
        .replace('x_above', 'crosses_below')
        .replace('x_below', 'crosses_above'),
    }).similar,
    [],
  );
  assert.deepEqual(validateStrategy(lab, { name: 'first' }).similar, []);
  assert.equal(createStrategy(lab, { name: 'second', yaml: rulesText }).similar[0].name, 'first');
});

test('strategies are listed newest first with market and best result, and found by words and symbol', (t) => {
  const lab = emptyLab(t);
  createStrategy(lab, { name: 'words', yaml: fuzzyRulesText });
  createStrategy(lab, { name: 'model', yaml: modelText });
  backtested(lab, 'words', 'moderate', 0.9);
  const rows = listStrategies(lab, {}).slice(0, 9);
  assert.deepEqual(rows.map(([name]) => name).sort(), ['model', 'words']);
  const row = listStrategies(lab, { symbol: 'eurusd' }).slice(0, 9);
  assert.deepEqual(row[0].slice(0, 5), ['model', 1, 'model', 'EURUSD', '1h']);
  const best = listStrategies(lab, { query: 'word' })
    .slice(0, 9)
    .map((each) => [each[0], ...each.slice(6, 8)])
    .sort();
  assert.deepEqual(best, [
    ['model', null, null],
    ['words', 'moderate', 0.9],
  ]);
  assert.equal(listStrategies(lab, { query: 'nothing' }).length, 0);
});

test('the guide practises what it teaches: each of its strategies validates without a warning', () => {
  const overview = getStrategySchema('overview');
  assert.ok('yaml' in overview);
  assert.equal(overview.guidelines.length, 10);
  for (const yaml of [overview.yaml, ...overview.examples.map((example) => example.yaml)]) {
    const read = readLabStrategy(parseYaml(yaml));
    assert.ok('strategy' in read, JSON.stringify('problems' in read && read.problems));
    assert.deepEqual(read.warnings, []);
  }
  assert.deepEqual(
    overview.examples
      .map((example) => readLabStrategy(parseYaml(example.yaml)))
      .map((read) => 'strategy' in read && read.strategy.decider),
    ['rules', 'fuzzy_rules'],
  );
});

test('each section of the grammar is a table of what its catalogue holds', () => {
  const rowsOf = (section: Parameters<typeof getStrategySchema>[0]) => {
    const found = getStrategySchema(section);
    assert.ok('rows' in found);
    for (const row of found.rows) assert.equal(row.length, found.columns.length);
    return new Map(found.rows.map((row) => [row[0], row]));
  };
  assert.equal(rowsOf('indicators').get('macd')?.[1], 'fast_period=12 slow_period=26 signal_period=9 source=close');
  assert.deepEqual(rowsOf('labels').get('zigzag.label_lookahead')?.slice(1, 3), ['whole number from 1 to 10000', '20']);
  assert.equal(rowsOf('formulas').get('crosses_above(a, b)')?.[1], 'lag(a, 1) <= lag(b, 1) and a > b');
  const execution = rowsOf('execution');
  assert.deepEqual(execution.get('fill')?.slice(1, 3), ['next_open | next_close | signal_close', '"next_open"']);
  assert.match(String(execution.get('sizing.method')?.[1]), /units \| percent_of_equity \| volatility_target/);
});
