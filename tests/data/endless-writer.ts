import { guessInstrument } from '@stratlab/data/instrument.ts';
import { generateBars } from '@stratlab/data/market.ts';
import { noise } from '@stratlab/data/markets/noise.ts';
import { openStore } from '@stratlab/data/store.ts';

/** Writes two series of one underlying into the folder it is given, again and again, until it is killed. */
const store = openStore(process.argv[2] ?? '');
for (let turn = 0; ; turn++) {
  const seed = turn % 5;
  for (const timeframe of ['1h', '1d'] as const) {
    const bars = generateBars(noise, { timeframe, bars: 2000 + 500 * seed, seed });
    store.write(
      {
        symbol: 'SPX',
        timeframe,
        source: `turn ${seed}`,
        synthetic: false,
        market: null,
        instrument: guessInstrument('SPX'),
        repairs: [],
      },
      bars,
      { kind: 'default' },
    );
    process.stdout.write('.');
  }
}
