import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { readLabStrategy } from '@stratlab/lab/strategy-language.ts';
import { featuresOf } from '@stratlab/strategies/features.ts';
import { fingerprint } from '@stratlab/strategies/fingerprint.ts';
import { formatYaml, parseYaml } from '@stratlab/strategies/yaml.ts';
import { referencePath, referenceText, withoutReference } from '../reference.ts';

const folder = 'strategies/ktrdr-v3';
const skip = withoutReference;

/** Features that each file says its model sees: memberships x timeframes x (1 + lookback_periods). */
const features: Record<string, number> = {
  'v3_e2e_test.yaml': 3 * 2,
  'v3_minimal.yaml': 2,
  'v3_multi_indicator.yaml': 6 * 3,
  'v3_multi_output_indicator.yaml': 9 * 3,
  'v3_multi_symbol.yaml': 3 * 3,
  'v3_multi_tf_test.yaml': 3 * 2 * 3,
  'v3_multi_timeframe.yaml': 3 * 3 * 3,
  'v3_single_indicator.yaml': 3 * 3,
};

test('every KTRDR v3 file validates, with the features it describes', { skip }, () => {
  const files = readdirSync(referencePath(folder)).sort();
  assert.deepEqual(files, Object.keys(features));
  for (const file of files) {
    const read = readLabStrategy(parseYaml(referenceText(`${folder}/${file}`)));
    assert.ok('strategy' in read, `${file}: ${JSON.stringify('problems' in read && read.problems)}`);
    const { model } = read.strategy.document;
    assert.ok(model);
    const found = featuresOf(read.strategy, model.features.lookback_periods);
    assert.equal(found.length, features[file], file);
  }
});

test('what they are upgraded to is the same strategy in version 4', { skip }, () => {
  for (const file of Object.keys(features)) {
    const read = readLabStrategy(parseYaml(referenceText(`${folder}/${file}`)));
    assert.ok('strategy' in read);
    const upgraded = readLabStrategy(parseYaml(formatYaml(read.strategy.document)));
    assert.ok('strategy' in upgraded, file);
    assert.equal(fingerprint(upgraded.strategy), fingerprint(read.strategy), file);
    assert.equal(upgraded.strategy.document.version, '4');
  }
});

test('only what the lab has no such key for is ignored in them', { skip }, () => {
  const ignored = Object.keys(features).flatMap((file) =>
    readLabStrategy(parseYaml(referenceText(`${folder}/${file}`))).warnings.map(({ path }) => `${file} ${path}`),
  );
  assert.deepEqual(ignored, [
    'v3_e2e_test.yaml scope',
    'v3_minimal.yaml training.labels',
    'v3_minimal.yaml fuzzy_sets.rsi_momentum',
    'v3_multi_symbol.yaml scope',
    'v3_multi_symbol.yaml deployment',
  ]);
});
