import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { researchOver } from '../end-to-end/package-session.ts';
import { addPeers, installPackage } from '../packaged.ts';
import { hostSystem } from './host-system.ts';
import { missing } from './missing.ts';
import { entryPoint, type Place } from './sandbox.ts';
import { assertConfined, prepare, runIn, runProfile, transportTo } from './story.ts';

suite('under the restrictions of compose.yaml', { skip: missing('bwrap'), timeout: 240_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'stratlab-container-'));
  let place: Place;
  let modules: string;
  before(async () => {
    const { project } = await installPackage(mkdtempSync(join(folder, 'package-')));
    addPeers(project, ['bullmq', 'ioredis']);
    modules = join(project, 'node_modules');
    place = prepare(folder, hostSystem(modules));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const name of ['lab', 'worker', 'data-fetch']) {
    test(`${name} can write its volumes and nothing else, and reaches nobody`, () => assertConfined(name, place));
  }

  test('bars come in through data-fetch; a client of the lab trains on them and is judged', async () => {
    const bars = ['/incoming/bars.csv', '--symbol', 'BTCUSD', '--timeframe', '1d'];
    assert.match(runIn('data-fetch', place, [...entryPoint(), 'import', ...bars]), /BTCUSD 1d: 2000 bars/);
    const { picture, resultHash } = await researchOver(transportTo(place), 'BTCUSD');
    assert.equal(picture, 'PNG');
    assert.match(resultHash, /^[0-9a-f]{64}$/);
  });

  test('the profile on a network of its own: Redis, the lab over HTTP, and a worker that trains for it', {
    skip: missing('redis-server'),
  }, async () => {
    const { resultHash } = await runProfile(folder, modules, place);
    assert.match(resultHash, /^[0-9a-f]{64}$/);
  });
});
