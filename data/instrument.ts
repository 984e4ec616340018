import { z } from 'zod';
import { LabError } from './error.ts';

export const assetClasses = ['equity', 'forex', 'crypto', 'future', 'index', 'metal', 'synthetic', 'unknown'] as const;
export type AssetClass = (typeof assetClasses)[number];

export const calendarNames = ['equity_usa', 'forex', 'crypto'] as const;
export type CalendarName = (typeof calendarNames)[number];

/** What is traded, and in which steps. `quantity_step` 0 means fractional quantities. */
export const instrumentSchema = z.strictObject({
  symbol: z.string(),
  /** The seal and the count of trials are kept per underlying. */
  underlying: z.string(),
  asset_class: z.enum(assetClasses),
  currency: z.string(),
  tick_size: z.number().nonnegative(),
  quantity_step: z.number().nonnegative(),
  multiplier: z.number().positive(),
  margin: z.number().positive().max(1),
  calendar: z.enum(calendarNames),
});
export type Instrument = z.infer<typeof instrumentSchema>;

const symbolPattern = /^[A-Z0-9][A-Z0-9._=^-]{0,31}$/;

/** A symbol in the form it is stored under: upper case. Throws `invalid_input` for anything that could be a path. */
export function parseSymbol(text: string, path = 'symbol'): string {
  const symbol = text.trim().toUpperCase();
  if (symbolPattern.test(symbol) && !symbol.includes('..')) return symbol;
  throw new LabError('invalid_input', `"${text.slice(0, 64)}" is not a symbol.`, {
    path,
    hint: 'A symbol has 1 to 32 letters, digits, and . _ = ^ - after the first character: SPX, EURUSD, BTC-USD.',
  });
}

const currencies = new Set([
  'USD',
  'EUR',
  'GBP',
  'JPY',
  'CHF',
  'AUD',
  'NZD',
  'CAD',
  'SEK',
  'NOK',
  'DKK',
  'SGD',
  'HKD',
  'ZAR',
  'MXN',
  'PLN',
  'CZK',
  'HUF',
  'TRY',
  'CNH',
]);
const metals = new Set(['XAU', 'XAG', 'XPT', 'XPD']);
const indices = new Set(['SPX', 'GSPC', 'NDX', 'DJI', 'RUT', 'VIX', 'DAX', 'FTSE', 'N225']);
const cryptoQuotes = ['USDT', 'USDC', 'BUSD', 'PERP', 'USD', 'EUR', 'BTC'];
const coins = new Set([
  'BTC',
  'ETH',
  'SOL',
  'BNB',
  'XRP',
  'ADA',
  'DOGE',
  'LTC',
  'DOT',
  'LINK',
  'AVAX',
  'MATIC',
  'BCH',
  'XLM',
  'ATOM',
  'TRX',
  'UNI',
]);

/** Guesses an instrument from its symbol alone; the caller says in a warning that it is a guess. */
export function guessInstrument(symbol: string): Instrument {
  const underlying = symbol.replace(/^\^/, '').replace(/[-_.](ADJ|BID|ASK|MID|RAW)$/, '');
  const plain = underlying.replace(/[-_=./]/g, '');
  const base = { symbol, underlying, currency: 'USD', tick_size: 0.01, quantity_step: 1, multiplier: 1, margin: 1 };
  if (symbol.startsWith('SYN-')) {
    return { ...base, asset_class: 'synthetic', tick_size: 0, quantity_step: 0, calendar: 'crypto' };
  }
  const [first, second] = [plain.slice(0, 3), plain.slice(3, 6)];
  if (plain.length === 6 && currencies.has(first) && currencies.has(second)) {
    const tick_size = second === 'JPY' ? 0.001 : 0.00001;
    return {
      ...base,
      asset_class: 'forex',
      currency: second,
      tick_size,
      quantity_step: 1,
      margin: 0.05,
      calendar: 'forex',
    };
  }
  if (plain.length === 6 && metals.has(first)) {
    return { ...base, asset_class: 'metal', currency: second, quantity_step: 0.01, margin: 0.05, calendar: 'forex' };
  }
  if (isCrypto(plain)) return { ...base, asset_class: 'crypto', quantity_step: 0, calendar: 'crypto' };
  if (indices.has(plain)) return { ...base, asset_class: 'index', quantity_step: 0, calendar: 'equity_usa' };
  if (/^[A-Z]{1,5}$/.test(plain)) return { ...base, asset_class: 'equity', margin: 0.5, calendar: 'equity_usa' };
  return { ...base, asset_class: 'unknown', quantity_step: 0, calendar: 'crypto' };
}

function isCrypto(plain: string): boolean {
  return cryptoQuotes.some((quote) => plain.endsWith(quote) && coins.has(plain.slice(0, -quote.length)));
}
