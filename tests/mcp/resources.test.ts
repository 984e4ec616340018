import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Client } from '@modelcontextprotocol/client';
import { serve } from '../end-to-end/client.ts';
import { doWork, inLab, type Work } from '../faults/worked-home.ts';
import { emptyLab } from '../lab-home.ts';
import { clientOf } from './client.ts';

const home = mkdtempSync(join(tmpdir(), 'stratlab-'));
after(() => rmSync(home, { recursive: true, force: true }));
let work: Work;
before(async () => {
  work = await inLab(home, (lab) => doWork(lab, 'AAA'));
});

async function read(client: Client, uri: string): Promise<{ text: string; mimeType: string }> {
  const { contents } = await client.readResource({ uri });
  assert.equal(contents.length, 1);
  assert.equal(contents[0].uri, uri);
  return { text: String(Object(contents[0]).text), mimeType: String(contents[0].mimeType) };
}

async function readJson(client: Client, uri: string) {
  const { text, mimeType } = await read(client, uri);
  assert.equal(mimeType, 'application/json');
  return JSON.parse(text);
}

async function complete(client: Client, uri: string, name: string, value: string): Promise<string[]> {
  const { completion } = await client.complete({ ref: { type: 'ref/resource', uri }, argument: { name, value } });
  return completion.values;
}

for (const [era, mode] of [
  ['2025-11-25', 'legacy'],
  ['2026-07-28', { pin: '2026-07-28' }],
] as const) {
  test(`a client of ${era} reads model, experiment, insight and report, and is helped with their ids`, async (t) => {
    const { client } = await serve(t, home, [], mode);
    const { experimentId, modelId, backtestId } = work;

    const model = await readJson(client, `lab://models/${modelId}`);
    assert.equal(model.model_id, modelId);
    assert.equal(model.metrics.test.rows > 0, true);
    assert.equal(model.explanation.part, 'test');
    assert.deepEqual(
      model.explanation.feature_importance.map(({ feature }: { feature: string }) => feature),
      ['1d_zone'],
    );
    assert.equal(model.unexplained, null);

    const experiment = await readJson(client, `lab://experiments/${experimentId}`);
    assert.equal(experiment.hypothesis, 'AAA reverts');
    assert.equal(experiment.results.rows[0][experiment.results.columns.indexOf('backtest_id')], backtestId);
    const kinds = experiment.timeline.rows.map((row: string[]) => row[experiment.timeline.columns.indexOf('kind')]);
    for (const kind of ['backtest', 'insight']) assert.ok(kinds.includes(kind), `${kind} of ${kinds}`);

    const [insightId] = await complete(client, 'lab://insights/{id}', 'id', 'insight_');
    const insight = await readJson(client, `lab://insights/${insightId}`);
    assert.equal(insight.content, 'AAA does not revert');
    assert.deepEqual(insight.context.experiment, 'AAA');
    assert.equal(insight.experiment.hypothesis, 'AAA reverts');
    assert.deepEqual(
      insight.evidence.map(({ id, kind }: { id: string; kind: string }) => [id, kind]),
      [[backtestId, 'backtest']],
    );
    assert.match(insight.evidence[0].summary, /net_aaa v1 on AAA 1d/);

    const report = await read(client, `lab://backtests/${backtestId}/report.html`);
    assert.equal(report.mimeType, 'text/html');
    assert.match(report.text, /^<!doctype html>/);
    assert.ok(report.text.includes(backtestId));

    const looked = await client.callTool({
      name: 'get_backtest',
      arguments: { backtest_id: backtestId, detail: 'full' },
    });
    const link = looked.content.find(({ type }) => type === 'resource_link');
    assert.equal((await read(client, String(Object(link).uri))).text, report.text);

    for (const [uri, id] of [
      ['lab://models/{id}', modelId],
      ['lab://experiments/{id}', experimentId],
      ['lab://backtests/{id}', backtestId],
      ['lab://backtests/{id}/trades.csv', backtestId],
      ['lab://backtests/{id}/equity.csv', backtestId],
      ['lab://backtests/{id}/report.html', backtestId],
    ]) {
      assert.deepEqual(await complete(client, uri, 'id', ''), [id], uri);
      assert.deepEqual(await complete(client, uri, 'id', id.slice(0, -3)), [id], uri);
      assert.deepEqual(await complete(client, uri, 'id', 'nothing'), [], uri);
    }
    assert.deepEqual(await complete(client, 'lab://strategies/{name}', 'name', 'net'), ['net_aaa']);

    for (const [uri, told] of [
      ['lab://models/model_x', /There is no model "model_x"/],
      ['lab://experiments/experiment_x', /There is no experiment "experiment_x"/],
      ['lab://insights/insight_x', /There is no insight "insight_x"/],
      ['lab://backtests/backtest_x/report.html', /There is no backtest "backtest_x"/],
      ['lab://backtests/backtest_x/report.pdf', /not found/i],
    ] as const) {
      await assert.rejects(client.readResource({ uri }), told);
    }
  });
}

test('an underscore and a per cent sign of a prefix mean themselves', async (t) => {
  const lab = emptyLab(t);
  const { modelId } = await doWork(lab, 'AAA');
  const client = await clientOf(t, lab, {});
  const suggested = (value: string) => complete(client, 'lab://models/{id}', 'id', value);
  assert.deepEqual(await suggested('model_'), [modelId]);
  for (const value of ['model%', 'model__', '%', '_odel', "'"]) assert.deepEqual(await suggested(value), [], value);
});

test('ids are suggested newest first', async (t) => {
  const lab = emptyLab(t);
  const first = await doWork(lab, 'AAA');
  const second = await doWork(lab, 'BBB', 2);
  const client = await clientOf(t, lab, {});
  const ids = await complete(client, 'lab://backtests/{id}', 'id', 'backtest');
  assert.deepEqual(ids, [second.backtestId, first.backtestId]);
});

test('a model whose bars are gone is shown without an explanation, and says why', async (t) => {
  const lab = emptyLab(t);
  const { modelId } = await doWork(lab, 'AAA');
  rmSync(lab.folders.data, { recursive: true });
  const model = await readJson(await clientOf(t, lab, {}), `lab://models/${modelId}`);
  assert.equal(model.strategy_name, 'net_aaa');
  assert.equal(model.explanation, null);
  assert.match(model.unexplained, /AAA/);
});

test('a report does not need its bars, and says so where its result is gone', async (t) => {
  const lab = emptyLab(t);
  const { backtestId } = await doWork(lab, 'AAA');
  const client = await clientOf(t, lab, {});
  const uri = `lab://backtests/${backtestId}/report.html`;
  const page = await read(client, uri);
  rmSync(lab.folders.data, { recursive: true });
  assert.equal((await read(client, uri)).text, page.text);
  rmSync(lab.folders.results, { recursive: true });
  await assert.rejects(client.readResource({ uri }), /missing or damaged.*Run the backtest again/);
});
