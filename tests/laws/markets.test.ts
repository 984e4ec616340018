import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { barColumns, sliceBars } from '@stratlab/data/bars.ts';
import { generateBars } from '@stratlab/data/market.ts';
import { markets } from '@stratlab/data/markets/index.ts';

const folder = join(dirname(createRequire(import.meta.url).resolve('@stratlab/data/bars.ts')), 'markets');
const options = { timeframe: '1h', bars: 600, seed: 17 } as const;

test('the list holds every file of the folder, each under its name', () => {
  const files = readdirSync(folder).filter((file) => file !== 'index.ts');
  const named = markets.map(({ name }) => `${name.replaceAll('_', '-')}.ts`);
  assert.deepEqual(named.toSorted(), files.toSorted());
});

for (const market of markets) {
  describe(`the market ${market.name}`, () => {
    const bars = generateBars(market, options);

    test('states its title, its source, and its edge or that it has none', () => {
      assert.ok(market.title.length > 0 && market.source.length > 0);
      assert.ok(market.edge === null || market.edge.length > 20);
      const first = market.returns(10, 1, defaults());
      assert.equal(first[0], 0);
      assert.equal(first.length, 10);
    });

    test('has defaults within their ranges', () => {
      for (const [name, { default: value, min, max }] of Object.entries(market.parameters)) {
        assert.ok(min < max && min <= value && value <= max, name);
      }
    });

    test('gives the same bars for the same seed and others for another', () => {
      assert.deepEqual(generateBars(market, options), bars);
      const others = generateBars(market, { ...options, seed: 18 });
      for (const name of ['open', 'high', 'low', 'close', 'volume'] as const)
        assert.notDeepEqual(others[name], bars[name]);
    });

    test('only adds to the end when more bars are asked for', () => {
      const longer = generateBars(market, { ...options, bars: 900 });
      assert.deepEqual(sliceBars(longer, 0, 600), bars);
    });

    test('every parameter has an effect', () => {
      for (const [name, { default: value, min, max }] of Object.entries(market.parameters)) {
        const parameters = { [name]: value * 0.9 >= min ? value * 0.9 : (value + max) / 2 };
        assert.notDeepEqual(generateBars(market, { ...options, parameters }).close, bars.close, name);
      }
    });

    test('says how volatile each return is, given the bars before it', () => {
      const parameters = defaults();
      const returns = market.returns(4000, 5, parameters);
      const volatility = market.volatility(returns, parameters);
      assert.deepEqual(market.volatility(returns.subarray(0, 100), parameters), volatility.slice(0, 100));
      const scaled = returns.map((move, t) => move / volatility[t]).subarray(1);
      const variance = scaled.reduce((total, value) => total + value * value, 0) / scaled.length;
      assert.ok(Math.abs(variance - 1) < 0.15, `variance of the scaled returns: ${variance}`);
    });

    test('has bars that hold together', () => {
      for (const name of barColumns) assert.ok(bars[name].every(Number.isFinite));
      for (let i = 0; i < 600; i++) {
        const { open, high, low, close, volume } = bars;
        assert.ok(0 < low[i] && low[i] <= Math.min(open[i], close[i]) && Math.max(open[i], close[i]) <= high[i]);
        assert.ok(volume[i] > 0);
      }
    });

    function defaults(): Record<string, number> {
      return Object.fromEntries(
        Object.entries(market.parameters).map(([name, parameter]) => [name, parameter.default]),
      );
    }
  });
}
