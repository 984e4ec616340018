import type { PositionState } from '@stratlab/strategies/position-state.ts';
import type { DecisionPrices, StateFormula } from '../decisions.ts';
import type { Execution, StopRule, TargetRule } from '../execution.ts';
import type { ExitReason } from '../trade.ts';
import { wholeSteps } from './sizing.ts';

/** What the levels of a new position are computed from: everything as of the bar of decision but the fill itself. */
export interface BracketContext {
  side: number;
  fill: number;
  quantity: number;
  step: number;
  decisionBar: number;
  /** ATR(14) at the bar of decision. */
  atr: number;
  /** The new position as formulas see it. */
  state: Readonly<PositionState>;
}

/**
 * The exits that rest in the market while a position is open, in signed prices (price x side): the stop, the trailing
 * stop and the liquidation price below, the targets above. -Infinity stands for a stop that is not there.
 */
export class Bracket {
  stop = Number.NEGATIVE_INFINITY;
  trail = Number.NEGATIVE_INFINITY;
  liquidation = Number.NEGATIVE_INFINITY;
  /** Level of the nearest target, Infinity without one. */
  target = Number.POSITIVE_INFINITY;
  private trailDistance = Number.NaN;

  /** The targets of the position, nearest first: signed price, share of the position, and the units it closes. */
  private readonly levels: Float64Array;
  private readonly fractions: Float64Array;
  private readonly quantities: Float64Array;
  private nextTarget = 0;
  private step = 0;

  private readonly stopRule: StopRule | null;
  private readonly trailRule: StopRule | null;
  private readonly targetRules: readonly TargetRule[];
  private readonly targetsTakeAll: boolean;
  private readonly prices: DecisionPrices;
  private readonly touch: boolean;
  /** True where the trailing stop follows the best price at a distance. */
  readonly trails: boolean;

  constructor(execution: Execution, prices: DecisionPrices) {
    const { stop_loss, trailing_stop, take_profit } = execution;
    this.stopRule = stop_loss;
    this.trailRule = trailing_stop;
    this.targetRules = take_profit ?? [];
    this.targetsTakeAll = this.targetRules.reduce((total, { fraction }) => total + fraction, 0) > 1 - 1e-9;
    this.levels = new Float64Array(this.targetRules.length);
    this.fractions = new Float64Array(this.targetRules.length);
    this.quantities = new Float64Array(this.targetRules.length);
    this.trails = trailing_stop !== null && trailing_stop.price === undefined;
    this.prices = prices;
    this.touch = execution.limit_fill === 'touch';
  }

  /** The stop that is hit first. */
  get level(): number {
    return Math.max(this.stop, this.trail, this.liquidation);
  }

  /** True where no price closes the position. */
  get empty(): boolean {
    return this.level === Number.NEGATIVE_INFINITY && this.target === Number.POSITIVE_INFINITY && !this.trails;
  }

  get reason(): ExitReason {
    if (this.stop >= this.trail && this.stop >= this.liquidation) return 'stop_loss';
    return this.trail >= this.liquidation ? 'trailing_stop' : 'liquidation';
  }

  /** True where the nearest target fills in a bar whose best signed price is `best`. */
  reached(best: number): boolean {
    return this.touch ? best >= this.target : best > this.target;
  }

  /** Sets the levels of a new position; false where one of them is not known. */
  place(context: BracketContext): boolean {
    const stop = stopLevel(this.stopRule, this.prices.stopLoss, context);
    const trail = stopLevel(this.trailRule, this.prices.trailing, context);
    if (Number.isNaN(stop) || Number.isNaN(trail) || !this.placeTargets(context)) return false;
    this.stop = stop;
    this.trail = trail;
    this.trailDistance = context.side * context.fill - trail;
    return true;
  }

  /** Units the nearest target closes; it is spent by asking. */
  takeTarget(): number {
    const quantity = this.quantities[this.nextTarget];
    this.nextTarget++;
    this.aim();
    return quantity;
  }

  /** Moves the trailing stop after a bar that left `best` as the best signed price since entry. Never loosens it. */
  trailTo(best: number): void {
    if (!this.trails) return;
    const percent = this.trailRule?.percent;
    this.tighten(best - (percent === undefined ? this.trailDistance : percent * Math.abs(best)));
  }

  /** Raises the trailing stop to a level, where that is tighter. A NaN leaves it. */
  tighten(level: number): void {
    if (level > this.trail) this.trail = level;
  }

  /** What each target closes of a position of `units`; the last takes the rest where together they close everything. */
  sizeTargets(units: number): void {
    const { fractions, quantities } = this;
    const last = quantities.length - 1;
    for (let k = 0; k <= last; k++) quantities[k] = wholeSteps(units * fractions[k], this.step);
    if (this.targetsTakeAll) quantities[last] = Number.POSITIVE_INFINITY;
    this.nextTarget = 0;
    this.aim();
  }

  private placeTargets(context: BracketContext): boolean {
    const { targetRules, prices } = this;
    for (let k = 0; k < targetRules.length; k++) {
      const level = levelAt(targetRules[k], prices.takeProfit?.[k] ?? undefined, context, 1);
      if (Number.isNaN(level)) return false;
      this.insertTarget(k, level, targetRules[k].fraction);
    }
    this.step = context.step;
    this.sizeTargets(context.quantity);
    return true;
  }

  /** Into the first `count` targets, behind those as near. */
  private insertTarget(count: number, level: number, fraction: number): void {
    const { levels, fractions } = this;
    let k = count;
    for (; k > 0 && levels[k - 1] > level; k--) {
      levels[k] = levels[k - 1];
      fractions[k] = fractions[k - 1];
    }
    levels[k] = level;
    fractions[k] = fraction;
  }

  /** At the next target that closes anything. */
  private aim(): void {
    const { levels, quantities } = this;
    while (this.nextTarget < levels.length && !(quantities[this.nextTarget] > 0)) this.nextTarget++;
    this.target = this.nextTarget < levels.length ? levels[this.nextTarget] : Number.POSITIVE_INFINITY;
  }
}

function stopLevel(rule: StopRule | null, formula: StateFormula<number> | undefined, context: BracketContext): number {
  return rule === null ? Number.NEGATIVE_INFINITY : levelAt(rule, formula, context, -1);
}

/** Signed level at a rule's distance from the fill, above (1) or below (-1) it. */
function levelAt(
  rule: StopRule,
  formula: StateFormula<number> | undefined,
  { side, fill, atr, decisionBar, state }: BracketContext,
  direction: number,
): number {
  if (rule.percent !== undefined) return side * fill + direction * rule.percent * fill;
  if (rule.atr !== undefined) return side * fill + direction * rule.atr * atr;
  return formula === undefined ? Number.NaN : side * formula(decisionBar, state);
}
