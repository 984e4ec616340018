import { type Decisions, decisionsFromSignal, noDecisions, type StateFormula } from '@stratlab/backtests/decisions.ts';
import { barCount, firstBarFrom } from '@stratlab/data/bars.ts';
import { LabError } from '@stratlab/data/error.ts';
import { formatDate } from '@stratlab/data/instant.ts';
import type { ModelArtifact } from '@stratlab/models/artifact.ts';
import { allInputs } from '@stratlab/models/inputs.ts';
import { type ModelSignal, modelSignal } from '@stratlab/models/trained-model.ts';
import { featureMatrix, fuzzyRulesSignal } from '@stratlab/strategies/features.ts';
import {
  checkFormula,
  compileState,
  evaluateFormula,
  type Formula,
  type FormulaContext,
} from '@stratlab/strategies/formula.ts';
import { namesSides } from '@stratlab/strategies/label-kind.ts';
import type { StrategyView } from '@stratlab/strategies/market-view.ts';
import type { BacktestRequest } from './simulated-run.ts';
import type { LabStrategy } from './strategy-language.ts';

/** What the strategy decides at the close of each bar of the span, its warm-up left out. */
export function decide(
  view: StrategyView,
  strategy: LabStrategy,
  artifact: ModelArtifact | null,
  { from, to, symbol }: BacktestRequest,
): Decisions {
  const { bars } = view.market;
  const { decisions: rule, training_data } = strategy.document;
  const decided = decidedSignal(view, strategy, artifact);
  const signal = decided?.signal ?? null;
  const context = view.context(signal ?? undefined);
  const fromBar = Math.max(training_data.history_required, from === undefined ? 0 : firstBarFrom(bars, from));
  const endBar = to === undefined ? barCount(bars) : firstBarFrom(bars, to + 1);
  const when = columnOf(strategy.formulas.get('decisions.filters.when'), context);
  const made = decided === null ? ruleDecisions(strategy, context) : signalDecisions(decided, strategy, when);
  const firstBar = firstKnown(made.known, fromBar, endBar);
  if (endBar - firstBar < 2) {
    const span =
      barCount(bars) === 0 ? 'none' : `${formatDate(bars.time[0])} to ${formatDate(bars.time[barCount(bars) - 1])}`;
    throw new LabError(
      'insufficient_data',
      `${symbol} has fewer than two bars to decide on in the range asked for, warm-up left out.`,
      {
        hint: `Its visible bars run from ${span}. Ask for a longer span.`,
      },
    );
  }
  const gated = gate(made.decisions, rule.direction, signal === null ? when : null);
  return {
    ...gated,
    firstBar,
    endBar,
    minSeparation: rule.filters.min_signal_separation,
    prices: pricesOf(strategy, context),
  };
}

/** The model's or the fuzzy rules' signal in [-1, 1] per bar; null where neither decides. */
export function signalSeries(
  view: StrategyView,
  strategy: LabStrategy,
  artifact: ModelArtifact | null,
): Float64Array | null {
  return decidedSignal(view, strategy, artifact)?.signal ?? null;
}

function decidedSignal(view: StrategyView, strategy: LabStrategy, artifact: ModelArtifact | null): ModelSignal | null {
  if (strategy.decider === 'fuzzy_rules') return { signal: fuzzyRulesSignal(view), closes: null };
  const { model, composition } = strategy.document;
  if (model === null) return null;
  if (artifact === null) throw new LabError('not_found', 'This strategy decides by a model, and none is trained.');
  const { all: features } = allInputs(strategy, { model, composition });
  const names = features.map(({ name }) => name);
  if (names.join() !== artifact.features.join()) {
    throw new LabError('invalid_input', 'The model was trained on other features than this strategy has.', {
      path: 'model_id',
      hint: `It knows ${artifact.features.slice(0, 8).join(', ')}. Train this version, or name the version it belongs to.`,
    });
  }
  requireSides(artifact);
  return modelSignal(artifact, featureMatrix(view, features), view.market.bars.time);
}

/** The classes of some labels name states of the market: their models are gates, and take no side. */
function requireSides({ classes }: ModelArtifact): void {
  if (classes === null || namesSides(classes)) return;
  throw new LabError('invalid_strategy', `This model names ${classes.join(', ')}: none of them is a side to take.`, {
    path: 'training.labels',
    hint: 'Train on next_direction, triple_barrier, zigzag or forward_return to trade by a model, and let these labels be learnt by the gate of a composition.',
  });
}

interface Made {
  decisions: Decisions;
  /** Columns that must be known before the first decision. */
  known: Float64Array[];
}

function signalDecisions({ signal, closes }: ModelSignal, strategy: LabStrategy, when: Uint8Array | null): Made {
  const {
    confidence_threshold: threshold,
    direction,
    position_awareness: positionAwareness,
  } = strategy.document.decisions;
  const decisions = decisionsFromSignal(signal, { threshold, direction, positionAwareness, when });
  return { decisions: closes === null ? decisions : closedAt(decisions, closes), known: [signal] };
}

/** Nothing is held over these bars: a position that is wanted on is entered anew at the next. */
function closedAt(decisions: Decisions, closes: Uint8Array): Decisions {
  const closed = (column: Uint8Array) => column.map((value, t) => value | closes[t]);
  return { ...decisions, exitLong: closed(decisions.exitLong), exitShort: closed(decisions.exitShort) };
}

function ruleDecisions(strategy: LabStrategy, context: FormulaContext): Made {
  const decisions = noDecisions(context.bars.time.length);
  const known: Float64Array[] = [];
  const column = (key: string): Uint8Array => {
    const formula = strategy.formulas.get(`rules.${key}`);
    if (formula === undefined || readsState(formula, strategy)) return new Uint8Array(context.bars.time.length);
    const values = evaluateFormula(formula, context);
    known.push(values);
    return truths(values);
  };
  const stateful = (key: string): StateFormula<boolean> | null => {
    const formula = strategy.formulas.get(`rules.${key}`);
    if (formula === undefined || !readsState(formula, strategy)) return null;
    const compiled = compileState(formula, context);
    return (bar, state) => compiled(bar, state) === 1;
  };
  return {
    decisions: {
      ...decisions,
      enterLong: column('enter_long'),
      exitLong: column('exit_long'),
      enterShort: column('enter_short'),
      exitShort: column('exit_short'),
      exitLongAt: stateful('exit_long'),
      exitShortAt: stateful('exit_short'),
    },
    known,
  };
}

function readsState(formula: Formula, { parameters }: LabStrategy): boolean {
  return checkFormula(formula, { parameters, state: true }).usesState;
}

function gate(decisions: Decisions, direction: 'both' | 'long' | 'short', when: Uint8Array | null): Decisions {
  const open = (column: Uint8Array, side: 'long' | 'short') =>
    direction !== 'both' && direction !== side
      ? new Uint8Array(column.length)
      : when === null
        ? column
        : column.map((value, t) => value & when[t]);
  return {
    ...decisions,
    enterLong: open(decisions.enterLong, 'long'),
    enterShort: open(decisions.enterShort, 'short'),
  };
}

function pricesOf(strategy: LabStrategy, context: FormulaContext): Decisions['prices'] {
  const compiled = (path: string) => {
    const formula = strategy.formulas.get(`execution.${path}`);
    return formula === undefined ? undefined : compileState(formula, context);
  };
  const named = {
    entry: compiled('entry.price'),
    entryLimit: compiled('entry.limit_price'),
    stopLoss: compiled('stop_loss.price'),
    trailing: compiled('trailing_stop.price'),
  };
  const targets = strategy.document.execution.take_profit?.map((_, k) => compiled(`take_profit.${k}.price`) ?? null);
  return {
    ...Object.fromEntries(Object.entries(named).filter(([, formula]) => formula !== undefined)),
    ...(targets === undefined ? {} : { takeProfit: targets }),
  };
}

function columnOf(formula: Formula | undefined, context: FormulaContext): Uint8Array | null {
  return formula === undefined ? null : truths(evaluateFormula(formula, context));
}

function truths(values: Float64Array): Uint8Array {
  return Uint8Array.from(values, (value) => (value === 1 ? 1 : 0));
}

/** The first bar on which every column is known. */
function firstKnown(columns: readonly Float64Array[], from: number, end: number): number {
  let bar = from;
  while (bar < end && columns.some((values) => Number.isNaN(values[bar]))) bar++;
  return bar;
}
