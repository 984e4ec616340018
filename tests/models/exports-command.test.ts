import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseExportFormat } from '@stratlab/lab/export-flags.ts';
import { exportModel } from '@stratlab/lab/export-model.ts';
import type { Lab } from '@stratlab/lab/lab.ts';
import { trainModel } from '@stratlab/lab/train-model.ts';
import { type ModelArtifact, readArtifact } from '@stratlab/models/artifact.ts';
import { predictEnsemble } from '@stratlab/models/ensemble.ts';
import { networkDocument } from '../documents.ts';
import { emptyLab, storeMarket, storeStrategy } from '../lab-home.ts';
import { runOnnx, withoutRuntime } from './exports-runtime.ts';

const main = resolve(import.meta.dirname, '../../cli/main.ts');

test('the command writes a trained model, and its ONNX decides as the lab does', {
  skip: withoutRuntime,
}, async (t) => {
  const { lab, id } = await trainedLab(t);
  const home = lab.configuration.home;
  const file = join(home, 'out', 'model.onnx');
  const { code, stdout, stderr } = await stratlab(home, 'export', 'model', id, '--format', 'onnx', '--to', file);
  assert.equal(code, 0, stderr);
  const bytes = readFileSync(file);
  assert.match(stdout, new RegExp(`^${id} .*mlp.* was written as onnx:\\n  ${file} \\(${bytes.length} bytes\\)\\n$`));
  const artifact = readOnly(lab);
  const rows = 30;
  const features = Float64Array.from({ length: rows * artifact.features.length }, (_, i) => Math.abs(Math.sin(i)));
  const expected = predictEnsemble(artifact, features, new Float64Array(rows).fill(Number.MAX_VALUE));
  const { answers } = await runOnnx(bytes, features, artifact.features.length);
  expected.forEach((value, at) => {
    assert.ok(Math.abs(value - answers[at]) <= 1e-6);
  });
});

test('every format goes where it is asked to, and what is wrong is said', async (t) => {
  const { lab, id } = await trainedLab(t);
  const out = join(lab.configuration.home, 'out');
  for (const format of ['onnx', 'tfjs', 'safetensors'] as const) {
    const { files, networks } = exportModel(lab, { model_id: id, format, path: join(out, format) });
    assert.equal(networks, 1);
    for (const { path, bytes } of files) assert.equal(readFileSync(path).length, bytes);
  }
  assert.deepEqual(readdirSync(join(out, 'tfjs')).toSorted(), ['model.json', 'weights.bin']);
  assert.throws(() => exportModel(lab, { model_id: 'model_0', format: 'onnx', path: join(out, 'x') }), {
    code: 'not_found',
  });
  assert.ok(!existsSync(join(out, 'x')));
  assert.throws(() => parseExportFormat('pickle'), {
    code: 'invalid_input',
    hint: 'Formats: onnx, tfjs, safetensors.',
  });
});

test('wrong flags are a fault of usage, and a file of bars is still exported by its name alone', async (t) => {
  const lab = emptyLab(t);
  const home = lab.configuration.home;
  storeMarket(lab, 'AAA', 'noise', { bars: 300 }, { kind: 'none' });
  const pickle = await stratlab(home, 'export', 'model', 'model_1', '--format', 'pickle', '--to', 'x');
  assert.equal(pickle.code, 2);
  assert.match(pickle.stderr, /"pickle" is not a format of models. Formats: onnx, tfjs, safetensors/);
  assert.equal((await stratlab(home, 'export', 'model', 'model_1', '--format', 'onnx')).code, 2);
  const unknown = await stratlab(home, 'export', 'model', 'model_1', '--format', 'onnx', '--to', join(home, 'x'));
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /^not_found: There is no model "model_1"/);
  const bars = join(home, 'bars.csv');
  const series = await stratlab(home, 'export', bars, '--symbol', 'AAA', '--timeframe', '1d');
  assert.equal(series.code, 0, series.stderr);
  assert.match(series.stdout, /^300 bars of AAA 1d/);
  assert.equal((await stratlab(home, 'export', bars, '--symbol', 'AAA')).code, 2);
});

async function trainedLab(t: TestContext): Promise<{ lab: Lab; id: string }> {
  const lab = emptyLab(t);
  storeMarket(lab, 'AAA', 'regime', { bars: 800 });
  storeStrategy(lab, 'net', networkDocument(['AAA']));
  const { task_id } = trainModel(lab, { strategy_name: 'net' });
  for (;;) {
    const task = lab.jobs.get(task_id);
    if (task?.status === 'completed') return { lab, id: String(Object(task.result).id) };
    assert.ok(task?.status === 'queued' || task?.status === 'running', JSON.stringify(task));
    await lab.queue.changed(task_id, 1000);
  }
}

function readOnly({ folders }: Lab): ModelArtifact {
  const [hash] = readdirSync(folders.models).filter((name) => /^[0-9a-f]{64}$/.test(name));
  return readArtifact(folders.models, hash);
}

function stratlab(home: string, ...flags: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, STRATLAB_HOME: home };
  return new Promise((ended) => {
    execFile(process.execPath, [main, ...flags], { env }, (error, stdout, stderr) => {
      ended({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, stdout, stderr });
    });
  });
}
