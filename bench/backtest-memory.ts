import { Crossing, randomWalk } from './crossing.ts';

/** `node bench/backtest-memory.ts <rows>`: megabytes that one full backtest takes at most, above what its bars take. */
const bars = randomWalk(Number(process.argv[2]));
const withBars = mostMegabytes();
new Crossing(bars).full();
process.stdout.write(`${mostMegabytes() - withBars}\n`);

/** The most that this process has held so far. */
function mostMegabytes(): number {
  return process.resourceUsage().maxRSS / 1024;
}
