import type { Asset } from '@stratlab/backtests/simulate-weights.ts';
import type { Timeline, WishedWeights } from '@stratlab/strategies/wished-weights.ts';

export interface NaiveTerms {
  fill: 'next_open' | 'next_close' | 'signal_close';
  leverage: number;
  closes: boolean;
  capital: number;
}

interface Position {
  units: number;
  price: number;
  wish: number | null;
  readonly lastStep: number;
  readonly asset: Asset;
  readonly rows: Int32Array;
}

/**
 * The portfolio rules of specification/execution.md without costs, written a second time as plainly as possible: the
 * equity after each step and the value of everything traded.
 */
export function naivePortfolio(
  timeline: Timeline,
  assets: readonly Asset[],
  { weights, firstStep, endStep, band }: WishedWeights,
  { fill, leverage, closes, capital }: NaiveTerms,
): { equity: number[]; traded: number } {
  const positions: Position[] = assets.map((asset, k) => {
    const rows = timeline.rows[k];
    return { units: 0, price: 0, wish: null, lastStep: rows.findLastIndex((row) => row >= 0), asset, rows };
  });
  const last = endStep - 1;
  let cash = capital;
  let traded = 0;
  let ruined = false;

  const worth = (p: Position) => p.units * p.price * p.asset.instrument.multiplier;
  const equityNow = () => positions.reduce((sum, p) => sum + worth(p), cash);
  const whole = (units: number, step: number) => (step === 0 ? units : Math.floor(units / step + 1e-9) * step);
  const differs = (a: number, b: number) => Math.abs(a - b) > 1e-9 * Math.max(Math.abs(a), Math.abs(b));
  const wanted = (p: Position, wish: number, equity: number) => {
    const units = (Math.abs(wish) * Math.max(0, equity)) / (p.price * p.asset.instrument.multiplier);
    return Math.sign(wish) * whole(units, p.asset.instrument.quantity_step);
  };
  const set = (p: Position, units: number) => {
    const value = (units - p.units) * p.price * p.asset.instrument.multiplier;
    cash -= value;
    traded += Math.abs(value);
    p.units = units;
  };
  const mark = (step: number, at: 'open' | 'close') => {
    for (const p of positions) if (p.rows[step] >= 0) p.price = p.asset.bars[at][p.rows[step]];
  };
  const endsAt = (p: Position, step: number) =>
    (step === p.lastStep && p.lastStep < last) || (step === last && p.lastStep >= last && closes);

  const reduce = (due: Position[]) => {
    const before = equityNow();
    for (const p of due) {
      const wish = p.wish ?? 0;
      const units = wish * p.units > 0 ? wanted(p, wish, before) : 0;
      if (Math.abs(units) < Math.abs(p.units) && differs(units, p.units)) set(p, units);
    }
  };
  const liquidate = () => {
    if (cash >= 0 && positions.every((p) => p.units >= 0)) return false;
    const margin = (p: Position) => (p.asset.instrument.margin < 1 ? p.asset.instrument.margin : 1 / leverage);
    if (equityNow() > positions.reduce((sum, p) => sum + 0.5 * margin(p) * Math.abs(worth(p)), 0)) return false;
    for (const p of positions) {
      if (p.units !== 0) set(p, 0);
      p.wish = null;
    }
    ruined = ruined || cash <= 0;
    return true;
  };
  const increase = (due: Position[]) => {
    const equity = equityNow();
    const load = (p: Position) =>
      p.asset.instrument.margin < 1 ? Math.max(1, leverage * p.asset.instrument.margin) : 1;
    const plans = due
      .map((p) => ({ p, units: wanted(p, p.wish ?? 0, equity) }))
      .filter(({ p, units }) => units * p.units >= 0 && Math.abs(units) > Math.abs(p.units) && differs(units, p.units));
    const held = positions.reduce((sum, p) => sum + load(p) * Math.abs(worth(p)), 0);
    const more = plans.reduce((sum, { p, units }) => {
      return sum + load(p) * Math.abs(units - p.units) * p.price * p.asset.instrument.multiplier;
    }, 0);
    const fits = held + more <= leverage * equity * (1 + 1e-9);
    const part = (leverage * equity - held) / more;
    const share = fits ? 1 : part > 1e-9 ? part : 0;
    for (const { p, units } of plans) {
      const size = Math.abs(p.units) + share * Math.abs(units - p.units);
      const target = Math.sign(units) * (fits ? Math.abs(units) : whole(size, p.asset.instrument.quantity_step));
      if (Math.abs(target) > Math.abs(p.units) && differs(target, p.units)) set(p, target);
    }
  };
  const fillDue = (step: number, atClose: boolean, fills: boolean) => {
    const due = fills ? positions.filter((p) => p.wish !== null && p.rows[step] >= 0) : [];
    reduce(due);
    if (!liquidate()) increase(due.filter((p) => !(atClose && endsAt(p, step))));
    for (const p of due) p.wish = null;
  };

  const equity: number[] = [];
  for (let step = firstStep; step <= last; step++) {
    mark(step, 'open');
    fillDue(step, false, fill === 'next_open');
    mark(step, 'close');
    fillDue(step, true, fill === 'next_close');
    const now = equityNow();
    for (const [k, p] of positions.entries()) {
      const wish = weights[k][step];
      if (ruined || Number.isNaN(wish) || step > p.lastStep) continue;
      const away = Math.abs(wish - worth(p) / now);
      const leave = wish === 0 ? p.units === 0 : band > 0 && away <= band;
      p.wish = leave ? null : wish;
    }
    fillDue(step, true, fill === 'signal_close');
    for (const p of positions) if (endsAt(p, step) && p.units !== 0) set(p, 0);
    equity.push(equityNow());
  }
  return { equity, traded };
}
