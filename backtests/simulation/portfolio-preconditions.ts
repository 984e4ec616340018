import { type Bars, barCount } from '@stratlab/data/bars.ts';
import { LabError } from '@stratlab/data/error.ts';
import type { Instrument } from '@stratlab/data/instrument.ts';
import type { Timeline, WishedWeights } from '@stratlab/strategies/wished-weights.ts';
import type { Execution } from '../execution.ts';
import { checkPrices } from './preconditions.ts';

/** One instrument of a portfolio. */
export interface Asset {
  readonly bars: Bars;
  readonly instrument: Instrument;
}

/** A margin of a third allows a leverage of three, whatever 1 / (1 / 3) rounds to. */
const leverageTolerance = 1e-9;

export function checkShapes(
  { time, rows }: Timeline,
  assets: readonly Asset[],
  { weights, band }: WishedWeights,
): void {
  const columns = [...rows, ...weights];
  const fits = rows.length === assets.length && weights.length === assets.length && assets.length > 0;
  if (fits && columns.every((column) => column.length === time.length) && band >= 0) return;
  const shape = `${assets.length} instruments, ${rows.length} columns of rows, ${weights.length} of weights`;
  throw new LabError('internal', `Wished weights do not fit their timeline: ${shape}, ${time.length} steps.`);
}

export function checkSteps({ time }: Timeline, { firstStep, endStep }: WishedWeights): void {
  if (firstStep >= 0 && firstStep < endStep && endStep <= time.length) return;
  const message = `No step is left to trade: wishes from step ${firstStep} to ${endStep} of ${time.length}.`;
  throw new LabError('insufficient_data', message, { hint: 'Ask for a longer span or a shorter warm-up.' });
}

/** Of the bars that the run values anything at. */
export function checkTradable({ rows }: Timeline, assets: readonly Asset[], { endStep }: WishedWeights): void {
  for (let k = 0; k < assets.length; k++) {
    let step = endStep - 1;
    while (step >= 0 && rows[k][step] < 0) step--;
    if (step < 0) continue;
    const row = rows[k][step];
    if (row >= barCount(assets[k].bars)) {
      throw new LabError('internal', `The timeline asks for bar ${row} of ${assets[k].instrument.symbol}.`);
    }
    checkPrices(assets[k].bars, row + 1);
  }
}

/** Infinite weights cannot be traded; the step is named. */
export function checkWishes({ weights, firstStep, endStep }: WishedWeights, assets: readonly Asset[]): void {
  for (let k = 0; k < weights.length; k++) {
    const step = firstInfinite(weights[k], firstStep, endStep);
    if (step === endStep) continue;
    const { symbol } = assets[k].instrument;
    throw new LabError('invalid_input', `The wished weight of ${symbol} at step ${step} is ${weights[k][step]}.`, {
      hint: 'A weight is a finite fraction of equity; a division by zero in its formula is a frequent cause.',
    });
  }
}

function firstInfinite(weights: Float64Array, from: number, to: number): number {
  for (let step = from; step < to; step++) if (Math.abs(weights[step]) === Number.POSITIVE_INFINITY) return step;
  return to;
}

/** What one instrument's orders know and weights do not: a wish has one size, and no price. */
const ofOneInstrument = [
  ['stop_loss', ({ stop_loss }) => stop_loss !== null],
  ['take_profit', ({ take_profit }) => take_profit !== null],
  ['trailing_stop', ({ trailing_stop }) => trailing_stop !== null],
  ['max_holding_bars', ({ max_holding_bars }) => max_holding_bars !== null],
  ['entry', ({ entry }) => entry.order !== 'market'],
  ['quotes', ({ quotes }) => quotes !== null],
  ['sizing', ({ sizing }) => sizing.method !== 'percent_of_equity'],
] as const satisfies readonly (readonly [string, (execution: Execution) => boolean])[];

export function checkWeightsExecution(execution: Execution, assets: readonly Asset[], capital: number): void {
  if (!(capital > 0 && Number.isFinite(capital))) {
    throw refused('initial_capital', `is ${capital}; it must be above zero.`);
  }
  const given = ofOneInstrument.find(([, isGiven]) => isGiven(execution));
  if (given !== undefined) {
    const message = 'belongs to entries and exits; wished weights are traded by market orders of the size they say.';
    throw refused(`execution.${given[0]}`, message, 'Leave it out, or write rules instead of weights.');
  }
  const least = Math.min(...assets.map(({ instrument }) => instrument.margin));
  if (least < 1 && execution.leverage > 1 / least + leverageTolerance && !assets.some(hasUnknownMargin)) {
    throw refused(
      'execution.leverage',
      `is ${execution.leverage}, but the lowest margin, ${least}, allows ${1 / least}.`,
    );
  }
}

/** Margin 1 says that none is known: such an instrument takes the leverage it is given. */
export function hasUnknownMargin({ instrument }: Asset): boolean {
  return instrument.margin >= 1;
}

function refused(path: string, message: string, hint?: string): LabError {
  return new LabError('invalid_input', `${path} ${message}`, { path, ...(hint === undefined ? {} : { hint }) });
}
