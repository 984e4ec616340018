import { percentileRanks } from './cross-section.ts';
import { type AnyDocument, decidingSymbol } from './document.ts';
import { canonicalText } from './formula/canonical.ts';
import { evaluateNode } from './formula/evaluate.ts';
import type { FormulaNode } from './formula/node.ts';
import type { Formula, FormulaContext } from './formula.ts';
import { type MarketView, StrategyView } from './market-view.ts';
import type { Strategy } from './strategy.ts';
import { timelineOf } from './timeline.ts';
import { membersAt, type UniverseStay } from './universe-membership.ts';
import type { Timeline } from './wished-weights.ts';

/** What a strategy that holds by weights is laid over, all of one timeframe. */
export interface TradedMarkets {
  /** One column of weights each: the symbols of the universe, the legs in their order, or the one symbol. */
  readonly markets: readonly MarketView[];
  /** Stays in the universe; null or absent: all are members all the time. */
  readonly membership?: readonly UniverseStay[] | null;
  /** The market whose bars a strategy with legs decides on, where that is none of its legs. */
  readonly deciding?: MarketView;
}

/** A strategy laid over several markets at once, on the union of their bars. */
export class UniverseView {
  readonly strategy: Strategy<AnyDocument>;
  readonly members: readonly StrategyView[];
  readonly timeline: Timeline;
  /** Per member and step, 1 where it belongs to the universe; null: always. */
  readonly belongs: readonly Uint8Array[] | null;
  /** On whose bars is decided, and whose signals are asked for: the members, or the one that decides for the legs. */
  readonly deciders: readonly StrategyView[];

  constructor(strategy: Strategy<AnyDocument>, { markets, membership = null, deciding }: TradedMarkets) {
    this.strategy = strategy;
    this.members = markets.map((market) => new StrategyView(strategy, market));
    this.timeline = timelineOf(markets.map(({ bars }) => bars));
    const symbols = markets.map(({ symbol }) => symbol);
    this.belongs = membership && membersAt(this.timeline, symbols, membership);
    this.deciders = strategy.document.legs === null ? this.members : [this.#decider(deciding)];
  }

  /** Formulas of the members, who read these signals: one per decider, on its own bars; null where there are none. */
  over(signals: readonly Float64Array[] | null): UniverseFormulas {
    return new UniverseFormulas(this, signals);
  }

  #decider(deciding: MarketView | undefined): StrategyView {
    const symbol = deciding?.symbol ?? decidingSymbol(this.strategy.document);
    const member = this.members.find(({ market }) => market.symbol === symbol);
    if (member !== undefined) return member;
    if (deciding === undefined) throw new RangeError(`no market of ${symbol}, which decides`);
    return new StrategyView(this.strategy, deciding);
  }
}

/** Formulas evaluated over every decider of a view; what `cs_rank` ranks is computed once. */
export class UniverseFormulas {
  readonly #view: UniverseView;
  readonly #contexts: readonly FormulaContext[];
  readonly #ranks = new Map<string, Float64Array[]>();

  constructor(view: UniverseView, signals: readonly Float64Array[] | null) {
    this.#view = view;
    const ranked = view.strategy.document.universe !== null;
    this.#contexts = view.deciders.map((decider, k) => ({
      ...decider.context(signals?.[k]),
      ...(ranked && { crossSection: (node: FormulaNode) => this.#ranksOf(node)[k] }),
    }));
  }

  /** The values at the close of each decider's own bars; not to be written to. */
  values({ root }: Formula): Float64Array[] {
    return this.#contexts.map((context) => evaluateNode(root, context));
  }

  /** The values on the timeline: NaN on a step at which a member has no bar, or not `history_required` before it. */
  onTimeline(formula: Formula): Float64Array[] {
    const { timeline, strategy } = this.#view;
    const { history_required: history } = strategy.document.training_data;
    return this.values(formula).map((values, k) => laid(values, timeline.rows[k], history));
  }

  #ranksOf(node: FormulaNode): Float64Array[] {
    const key = canonicalText(node);
    const known = this.#ranks.get(key);
    if (known !== undefined) return known;
    const values = this.#contexts.map((context) => evaluateNode(node, context));
    const ranks = percentileRanks(values, this.#view.timeline, this.#view.belongs);
    this.#ranks.set(key, ranks);
    return ranks;
  }
}

function laid(values: Float64Array, rows: Int32Array, history: number): Float64Array {
  const onSteps = new Float64Array(rows.length);
  for (let step = 0; step < rows.length; step++) {
    onSteps[step] = rows[step] >= history ? values[rows[step]] : Number.NaN;
  }
  return onSteps;
}
