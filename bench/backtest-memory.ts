import { Crossing, randomWalk } from './crossing.ts';

/**
 * `node bench/backtest-memory.ts <rows> bars|full`: the most megabytes that this process has held, after it has loaded
 * the bars, or has run one full backtest over them too.
 */
const [rows, what] = process.argv.slice(2);
const bars = randomWalk(Number(rows));
if (what === 'full') new Crossing(bars).full();
process.stdout.write(`${process.resourceUsage().maxRSS / 1024}\n`);
