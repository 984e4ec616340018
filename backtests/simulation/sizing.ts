import type { Costs } from '../costs.ts';
import type { Execution } from '../execution.ts';
import type { TrackRecord } from './account.ts';

const yearMs = 365.25 * 86_400_000;
/** A quantity this close below a whole step is that step: 3 x 0.1 is three tenths. */
const stepTolerance = 1e-9;

/** What is known where an order is sized: nothing later than the bar of decision but the price it fills at. */
export interface SizingContext {
  time: Float64Array;
  close: Float64Array;
  decisionBar: number;
  /** |signal| at the bar of decision, NaN where there is none. */
  strength: number;
  record: TrackRecord;
}

/** Position value wished for, as a multiple of equity, at most `leverage`; NaN where it cannot be computed. */
export function wishedExposure({ sizing, leverage }: Execution, context: SizingContext): number {
  return Math.min(leverage, exposure(sizing, context));
}

function exposure(sizing: Execution['sizing'], context: SizingContext): number {
  switch (sizing.method) {
    case 'units':
      return Number.POSITIVE_INFINITY;
    case 'percent_of_equity':
      return sizing.value;
    case 'confidence':
      return sizing.value * context.strength;
    case 'volatility_target':
      return Math.min(sizing.max_leverage, sizing.annual / annualVolatility(context, sizing.lookback));
    case 'kelly_fraction': {
      const { wins, losses } = context.record;
      return wins + losses < sizing.minimum_trades ? sizing.initial : sizing.value * kelly(context.record);
    }
  }
}

/**
 * W / average loss - (1 - W) / average win over the positions closed so far: the exposure that maximises growth of a
 * bet that wins or loses those fractions (Kelly 1956; Thorp 2006). Never negative; infinite without a loss.
 */
export function kelly({ wins, won, losses, lost }: TrackRecord): number {
  if (wins === 0) return 0;
  if (lost === 0) return Number.POSITIVE_INFINITY;
  const share = wins / (wins + losses);
  return Math.max(0, (share * losses) / lost - ((1 - share) * wins) / won);
}

/**
 * Sample standard deviation of the last `lookback` log returns, times the root of the bars a year, counted over all
 * bars up to the decision (bars / elapsed years). NaN while there are too few.
 */
export function annualVolatility({ time, close, decisionBar }: SizingContext, lookback: number): number {
  if (decisionBar < lookback) return Number.NaN;
  let mean = 0;
  let squares = 0;
  for (let k = 1; k <= lookback; k++) {
    const row = decisionBar - lookback + k;
    const change = Math.log(close[row] / close[row - 1]);
    const distance = change - mean;
    mean += distance / k;
    squares += distance * (change - mean);
  }
  const barsPerYear = (decisionBar * yearMs) / (time[decisionBar] - time[0]);
  return Math.sqrt((squares / (lookback - 1)) * barsPerYear);
}

/** Largest whole number of steps in `quantity`; `step` 0 leaves it as it is. */
export function wholeSteps(quantity: number, step: number): number {
  return step === 0 ? quantity : Math.floor(quantity / step + stepTolerance) * step;
}

/** Units that `budget` buys at `unitValue` each (price x multiplier), commission included. */
export function affordableUnits(budget: number, unitValue: number, { commission }: Costs): number {
  const { percent, per_unit, fixed, minimum } = commission;
  const atRate = (budget - fixed) / (unitValue * (1 + percent) + per_unit);
  const atMinimum = (budget - minimum) / unitValue;
  return Math.max(0, Math.min(atRate, atMinimum));
}
