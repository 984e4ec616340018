import { put, valueAt } from '../document-path.ts';
import { mappingOr } from '../mapping.ts';
import { type Mutation, pick } from '../mutation.ts';

const conditions = [
  'close > sma(200)',
  'close < sma(200)',
  'volatility(20) < mean(volatility(20), 250)',
  'volatility(20) > mean(volatility(20), 250)',
  'adx(14).adx > 20',
  'adx(14).adx < 20',
];

const place = ['decisions', 'filters', 'when'];

/** Beside a filter that is there, both must hold. */
export const addFilter: Mutation = {
  name: 'add_filter',
  does: 'Allows entries only in one kind of market: above or below its mean, quiet or wild, trending or not.',
  mutate(document, random) {
    const now = valueAt(document, place);
    const condition = pick(
      conditions.filter((each) => typeof now !== 'string' || !now.includes(each)),
      random,
    );
    if (condition === undefined) return null;
    const both = typeof now === 'string' ? `(${now}) and ${condition}` : condition;
    return { document: mappingOr(put(document, {}, place, both)), changes: [`entries only where ${condition}`] };
  },
};
