import type { PositionState } from '@stratlab/strategies/position-state.ts';
import type { DecisionPrices, StateFormula } from '../decisions.ts';
import type { Execution, StopRule } from '../execution.ts';
import type { ExitReason } from '../trade.ts';
import { wholeSteps } from './sizing.ts';

interface Target {
  /** Signed price. */
  level: number;
  /** Units it closes; infinite for all that is left. */
  quantity: number;
}

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
  private targets: Target[] = [];
  private trailDistance = Number.NaN;

  private readonly execution: Execution;
  private readonly prices: DecisionPrices;
  private readonly touch: boolean;

  constructor(execution: Execution, prices: DecisionPrices) {
    this.execution = execution;
    this.prices = prices;
    this.touch = execution.limit_fill === 'touch';
  }

  /** The stop that is hit first. */
  get level(): number {
    return Math.max(this.stop, this.trail, this.liquidation);
  }

  get reason(): ExitReason {
    if (this.stop >= this.trail && this.stop >= this.liquidation) return 'stop_loss';
    return this.trail >= this.liquidation ? 'trailing_stop' : 'liquidation';
  }

  /** True where the nearest target fills in a bar whose best signed price is `best`. */
  reached(best: number): boolean {
    return this.touch ? best >= this.target : best > this.target;
  }

  /** Sets the levels of a new position; false, and nothing is set, where one of them is not known. */
  place(context: BracketContext): boolean {
    const { stop_loss, trailing_stop, take_profit } = this.execution;
    const { stopLoss, trailing, takeProfit } = this.prices;
    const stop = stopLevel(stop_loss, stopLoss, context);
    const trail = stopLevel(trailing_stop, trailing, context);
    const targets = (take_profit ?? []).map((rule, k) => ({
      level: targetLevel(rule, takeProfit?.[k] ?? undefined, context),
      quantity: wholeSteps(context.quantity * rule.fraction, context.step),
    }));
    if (Number.isNaN(stop) || Number.isNaN(trail) || targets.some(({ level }) => Number.isNaN(level))) return false;
    this.stop = stop;
    this.trail = trail;
    this.trailDistance = context.side * context.fill - trail;
    this.setTargets(targets);
    return true;
  }

  /** Units the nearest target closes; it is spent by asking. */
  takeTarget(): number {
    const [{ quantity }, ...rest] = this.targets;
    this.targets = rest;
    this.target = rest.length === 0 ? Number.POSITIVE_INFINITY : rest[0].level;
    return quantity;
  }

  /** Moves the trailing stop after a bar that left `best` as the best signed price since entry. Never loosens it. */
  trailTo(best: number): void {
    const rule = this.execution.trailing_stop;
    if (rule === null || rule.price !== undefined) return;
    this.tighten(best - (rule.percent === undefined ? this.trailDistance : rule.percent * Math.abs(best)));
  }

  /** Raises the trailing stop to a level, where that is tighter. A NaN leaves it. */
  tighten(level: number): void {
    if (level > this.trail) this.trail = level;
  }

  private setTargets(targets: Target[]): void {
    const sum = (this.execution.take_profit ?? []).reduce((total, { fraction }) => total + fraction, 0);
    const nearestFirst = targets.toSorted((a, b) => a.level - b.level);
    const last = nearestFirst.at(-1);
    if (last !== undefined && sum > 1 - 1e-9) last.quantity = Number.POSITIVE_INFINITY;
    this.targets = nearestFirst.filter(({ quantity }) => quantity > 0);
    this.target = this.targets.length === 0 ? Number.POSITIVE_INFINITY : this.targets[0].level;
  }
}

function stopLevel(rule: StopRule | null, formula: StateFormula<number> | undefined, context: BracketContext): number {
  return rule === null ? Number.NEGATIVE_INFINITY : levelAt(rule, formula, context, -1);
}

function targetLevel(rule: StopRule, formula: StateFormula<number> | undefined, context: BracketContext): number {
  return levelAt(rule, formula, context, 1);
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
