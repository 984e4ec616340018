import { normalQuantile } from './normal.ts';

const eulerMascheroni = 0.5772156649015329;

/**
 * Expected largest of N independent standard normal draws, in standard deviations; N may be a fraction (effective
 * trials), and 0 is answered for N of 1 or less. Bailey, Borwein, López de Prado & Zhu (2014), Pseudo-mathematics and
 * financial charlatanism, Notices AMS 61(5), proposition 1: an approximation, 0.9 % high at N = 100.
 */
export function expectedMaximum(trials: number): number {
  if (!(trials > 1)) return 0;
  const maximum =
    (1 - eulerMascheroni) * normalQuantile(1 - 1 / trials) +
    eulerMascheroni * normalQuantile(1 - 1 / (trials * Math.E));
  return Math.max(0, maximum);
}
