import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { readConfiguration } from '@stratlab/lab/configuration.ts';
import { openLab } from '@stratlab/lab/lab.ts';
import { generateMarket } from '@stratlab/lab/generate-market.ts';
import { requireStrategy } from '@stratlab/lab/strategy-language.ts';
import { effectiveDocument } from '@stratlab/lab/effective-document.ts';
import { learn } from '@stratlab/lab/learn.ts';
import { readArtifact } from '@stratlab/models/artifact.ts';
import { backtest } from '@stratlab/lab/backtest.ts';
import { judge } from '@stratlab/backtests/evidence.ts';
const [market, bars, from, count, ...names] = process.argv.slice(2);
const recipes = (await import('/tmp/cal/recipes.mjs')).default;
const home = mkdtempSync(join(tmpdir(), 'cal-'));
const lab = openLab(readConfiguration({ STRATLAB_HOME: home, STRATLAB_LOG_LEVEL: 'silent' }), { work: false });
for (const name of names) {
  let edges = 0; let sum = 0; const vs: Record<string, number> = {}; const ms0 = performance.now(); let epochs = 0; let trades = 0;
  for (let k = 0; k < Number(count); k++) {
    const seed = Number(from) + k;
    const symbol = `SYN-${market.toUpperCase()}-${seed}`;
    generateMarket(lab, { market, timeframe: '1d', bars: Number(bars), seed });
    const doc = effectiveDocument(recipes[name], { symbol, timeframe: '1d' });
    const { strategy } = requireStrategy(doc);
    let artifact = null; let start: number | undefined = Date.UTC(2000, 0, 3) + Math.round(Number(bars) * 2 / 3) * 86400000; 
    if (strategy.decider === 'model') {
      const learned = await learn(lab.store, lab.folders.models, { strategy, start: undefined, end: undefined, engine: 'auto', checkpoints: join(home, 'chk') }, { progress() {}, signal: new AbortController().signal });
      artifact = readArtifact(lab.folders.models, learned.artifactHash); epochs += learned.epochs;
      start = artifact.segments.test?.start;
    }
    const done = backtest(lab.store, lab.folders.universes, { strategy, artifact, symbol, from: start, to: undefined, initialCapital: 100000, periodsPerYear: 252 });
    const e = judge({ returns: done.run.sessions.returns, periodsPerYear: 252, sample: 'out_of_sample', trials: 1, effectiveTrials: 1, benchmarkReturns: done.benchmarkReturns });
    if ((e.psr ?? 0) > 0.95) edges++;
    vs[e.verdict] = (vs[e.verdict] ?? 0) + 1;
    sum += done.run.measures.values.sharpe ?? 0; trades += done.run.simulation.trades.length;
  }
  console.log(name, market, `edges ${edges}/${count}`, 'sharpe', (sum / Number(count)).toFixed(3), JSON.stringify(vs), 'epochs', epochs / Number(count), 'trades', trades / Number(count), ((performance.now() - ms0) / Number(count)).toFixed(0), 'ms each');
}
await lab.close();
