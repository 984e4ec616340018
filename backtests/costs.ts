import { LabError } from '@stratlab/data/error.ts';
import type { AssetClass, Instrument } from '@stratlab/data/instrument.ts';
import type { Execution } from './execution.ts';

/** What a run pays, in numbers the engine needs nothing else for. Plain JSON. */
export interface Costs {
  /** Per fill: max(minimum, percent of the value + per_unit x quantity + fixed). */
  commission: { percent: number; per_unit: number; fixed: number; minimum: number };
  /** Price lost by every market and stop fill: percent of it + `price` + volume_share x quantity / volume of it. */
  slippage: { percent: number; price: number; volume_share: number };
  /** Of the price, lost by every market and stop entry: the whole spread, paid once a round trip. */
  spread: { percent: number };
  /** Where each part comes from: `auto: equity`, `given`, `none`; of the spread also `quotes`, whose prices hold it. */
  source: { commission: string; slippage: string; spread: string };
}

type Parts = Omit<Costs, 'source'>;

const free: Parts = {
  commission: { percent: 0, per_unit: 0, fixed: 0, minimum: 0 },
  slippage: { percent: 0, price: 0, volume_share: 0 },
  spread: { percent: 0 },
};

function parts(commission: Partial<Parts['commission']>, slippage: Partial<Parts['slippage']>, spread = 0): Parts {
  return {
    commission: { ...free.commission, ...commission },
    slippage: { ...free.slippage, ...slippage },
    spread: { percent: spread },
  };
}

const equity = parts({ percent: 0.0001 }, {}, 0.0002);
const dear = parts({ percent: 0.001 }, { percent: 0.0005 });

/**
 * `costs: auto`, the only table of assumed costs. A retail account without rebates, small orders, liquid hours.
 * - equity, index: 0.01 % commission a side (0.005 USD a share at a price of 50; commission schedule of Interactive
 *   Brokers, fixed) and half of a 0.02 % spread a side (large US stocks quote 1-3 basis points; SEC Rule 605 reports).
 * - forex: half a pip a side, the raw spread of about one pip that retail dealers quote on majors.
 * - future: one tick of slippage and 2.5 a contract a side (exchange, clearing and broker fees of CME E-mini contracts).
 * - metal: half of a 0.03 % spread a side (0.3 to 0.6 USD on spot gold at 2,000 USD).
 * - crypto: 0.1 % taker fee (first tier of Binance and comparable exchanges) and 0.05 % slippage.
 * - unknown, synthetic: as crypto, so that not knowing is never cheap.
 */
const autoCosts: Record<AssetClass, (instrument: Instrument) => Parts> = {
  equity: () => equity,
  index: () => equity,
  forex: ({ currency }) => parts({}, { price: 0.5 * pip(currency) }),
  future: (instrument) => parts({ per_unit: 2.5 }, { price: tick(instrument) }),
  metal: () => parts({}, {}, 0.0003),
  crypto: () => dear,
  unknown: () => dear,
  synthetic: () => dear,
};

/** 0.0001 of the quote currency, 0.01 yen. */
function pip(quoteCurrency: string): number {
  return quoteCurrency === 'JPY' ? 0.01 : 0.0001;
}

function tick({ symbol, tick_size }: Instrument): number {
  if (tick_size > 0) return tick_size;
  throw new LabError('invalid_input', `Slippage in ticks needs the tick size of ${symbol}, which is not known.`, {
    path: 'execution.slippage',
    hint: 'Import the series with its tick_size, or set slippage: {percent: …}.',
  });
}

/**
 * The costs a run is charged: each of commission, slippage and spread as `execution` gives it; one it does not give is
 * from the table (`costs: auto`) or zero (`costs: none`). Throws `invalid_input` for ticks of an unknown size.
 */
export function resolveCosts(execution: Execution, instrument: Instrument): Costs {
  const assumed = execution.costs === 'auto' ? autoCosts[instrument.asset_class](instrument) : free;
  const assumedSource = execution.costs === 'auto' ? `auto: ${instrument.asset_class}` : 'none';
  const source = (given: object | null) => (given === null ? assumedSource : 'given');
  const spread = execution.quotes === null ? (execution.spread ?? assumed.spread) : free.spread;
  return {
    commission: execution.commission ?? assumed.commission,
    slippage: execution.slippage === null ? assumed.slippage : resolveSlippage(execution.slippage, spread, instrument),
    spread,
    source: {
      commission: source(execution.commission),
      slippage: source(execution.slippage),
      spread: execution.quotes === null ? source(execution.spread) : 'quotes',
    },
  };
}

function resolveSlippage(
  given: NonNullable<Execution['slippage']>,
  spread: Costs['spread'],
  instrument: Instrument,
): Costs['slippage'] {
  const { percent = 0, ticks = 0, spread_fraction = 0, volume_share = 0 } = given;
  return {
    percent: percent + spread_fraction * spread.percent,
    price: ticks === 0 ? 0 : ticks * tick(instrument),
    volume_share,
  };
}

/** Commission of one fill, account currency; `value` is price x quantity x multiplier. */
export function commissionOf({ commission }: Costs, value: number, quantity: number): number {
  const sum = commission.percent * value + commission.per_unit * quantity + commission.fixed;
  return Math.max(commission.minimum, sum);
}

/**
 * Price of a market or stop fill: `price` worsened by slippage, and for an entry by the spread. `side` 1 buys, -1 sells.
 * An order larger than its bar's volume, or in a bar without any, counts as large as it.
 */
export function marketPrice(
  { slippage, spread }: Costs,
  price: number,
  side: number,
  entering: boolean,
  quantity: number,
  volume: number,
): number {
  let share = slippage.percent;
  if (entering) share += spread.percent;
  if (slippage.volume_share > 0) share += slippage.volume_share * (volume > quantity ? quantity / volume : 1);
  return price + side * (price * share + slippage.price);
}

/** True where nothing at all is charged for trading. */
export function isFree({ commission, slippage, spread }: Costs): boolean {
  const parts = [...Object.values(commission), ...Object.values(slippage), spread.percent];
  return parts.every((part) => part === 0);
}
