import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { crossDocument } from '../documents.ts';
import { bearer, callOf, clientAt, eras, post } from '../http.ts';
import { fixtureProcess, homeFor, serveProcess, stratlab } from './http-process.ts';

const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };

test('clients of both eras do a piece of research on the real server at once', async (t) => {
  const { url } = await serveProcess(t, homeFor(t));
  const research = eras.map(async ([era, mode], k) => {
    const client = await clientAt(t, url, mode);
    const symbol = `SYN-REGIME-${k + 3}`;
    const call = async (name: string, given: Record<string, unknown>) => {
      const result = await client.callTool({ name, arguments: given });
      assert.notEqual(result.isError, true, `${era} ${name}: ${JSON.stringify(result.content)}`);
      return Object(result.structuredContent);
    };
    await call('load_market_data', { symbol, timeframe: '1d', mode: 'full', provider: 'synthetic' });
    await call('create_strategy', { name: `cross_${k}`, config: crossDocument(symbol) });
    const answer = await call('run_backtest', { strategy_name: `cross_${k}` });
    const uri = `lab://backtests/${String(answer.backtest_id)}/trades.csv`;
    assert.match(JSON.stringify(await client.readResource({ uri })), /direction,entry_time/);
    return answer.strategy_name;
  });
  assert.deepEqual(await Promise.all(research), ['cross_0', 'cross_1']);
});

test('tokens made by the command open the real server, and none is taken without', async (t) => {
  const home = homeFor(t);
  const made = await stratlab(home, ['token', 'create', 'agent', '--scopes', 'lab:read']);
  assert.equal(made.code, 0, made.err);
  const token = made.out.trim();
  const { url } = await serveProcess(t, home, ['--host', '0.0.0.0', '--allowed-hosts', 'lab']);
  const local = url.replace('0.0.0.0', '127.0.0.1');
  assert.equal((await post(local, list)).status, 401);
  assert.equal((await post(local, list, bearer(token))).status, 200);
  assert.match((await stratlab(home, ['token', 'list'])).out, /^agent {2}lab:read {2}valid$/m);
  assert.equal((await stratlab(home, ['token', 'revoke', 'agent'])).code, 0);
  assert.equal((await post(local, list, bearer(token))).status, 401);
});

test('a server that others could reach does not start without a token', async (t) => {
  const { code, err, out } = await stratlab(homeFor(t), ['serve', '--http', '--host', '0.0.0.0']);
  assert.deepEqual([code, out], [1, '']);
  assert.match(err, /0\.0\.0\.0 can be reached from other machines.*stratlab token create/s);
});

test('flags that cannot be read are a fault of usage', async (t) => {
  const home = homeFor(t);
  for (const flags of [
    ['--port', 'many'],
    ['--port', '70000'],
    ['--allowed-hosts', 'https://lab'],
  ])
    assert.equal((await stratlab(home, ['serve', '--http', ...flags])).code, 2, flags.join(' '));
  assert.equal((await stratlab(home, ['serve', '--port', '3100'])).code, 2);
  assert.equal((await stratlab(home, ['token', 'create', 'agent', '--scopes', 'lab:all'])).code, 2);
  assert.equal(
    (await stratlab(home, ['token', 'create', 'a', '--scopes', 'lab:run', '--expires', '2001-01-01'])).code,
    1,
  );
});

test('a port that is taken is named with the next step', async (t) => {
  const home = homeFor(t);
  const { url } = await serveProcess(t, home);
  const { port } = new URL(url);
  const { code, err } = await stratlab(home, ['serve', '--http', '--port', port]);
  assert.equal(code, 1);
  assert.match(err, new RegExp(`Cannot listen on 127.0.0.1 port ${port}: another program listens there.*--port`, 's'));
});

test('a signal lets the call in flight be answered, turns others away, and ends the process', async (t) => {
  const { child, url } = await fixtureProcess(t);
  const legacy = await clientAt(t, url, 'legacy');
  const began = Promise.withResolvers<void>();
  const call = legacy.callTool({ name: 'dawdle', arguments: { ms: 500 } }, { onprogress: () => began.resolve() });
  const modern = post(url, callOf('dawdle', { ms: 500 }));
  await began.promise;
  child.kill('SIGTERM');
  assert.equal(Object((await call).structuredContent).summary, 'Took 500 ms.');
  assert.match(await (await modern).text(), /Took 500 ms/);
  assert.deepEqual(await once(child, 'exit'), [0, null]);
  await assert.rejects(post(url, list));
});

test('a call that lasts too long does not keep the process', async (t) => {
  const { child, url } = await fixtureProcess(t);
  const began = Promise.withResolvers<void>();
  const client = await clientAt(t, url, 'legacy');
  const call = client.callTool({ name: 'dawdle', arguments: { ms: 60_000 } }, { onprogress: () => began.resolve() });
  const lost = assert.rejects(call);
  await began.promise;
  child.kill('SIGINT');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
  await client.close();
  await lost;
});
