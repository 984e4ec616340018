import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { LabError } from '@stratlab/data/error.ts';
import { readConfiguration, settings, settingsTable } from '@stratlab/lab/configuration.ts';

test('the specification shows the settings that the code has', () => {
  const readme = readFileSync(resolve(import.meta.dirname, '../../specification/settings.md'), 'utf8');
  const shown = /<!-- settings -->\n([\s\S]*?)\n<!-- \/settings -->/.exec(readme)?.[1];
  assert.equal(shown, settingsTable());
});

test('a setting that cannot be read names its variable', () => {
  for (const [variable, value] of [
    ['STRATLAB_WORKERS', 'many'],
    ['STRATLAB_WORKERS', '-1'],
    ['STRATLAB_LEASE_MS', '-1'],
    ['STRATLAB_LOG_LEVEL', 'loud'],
  ]) {
    assert.throws(
      () => readConfiguration({ [variable]: value }),
      (error) =>
        error instanceof LabError &&
        error.code === 'invalid_input' &&
        error.path === variable &&
        error.message.includes(value),
    );
  }
});

test('an empty variable means the default, and a home is absolute', () => {
  const { home, workers } = readConfiguration({ STRATLAB_WORKERS: '', STRATLAB_HOME: 'somewhere' });
  assert.ok(home.endsWith('/somewhere') && home.startsWith('/'));
  assert.equal(workers, settings.workers.parse(undefined));
});
