import { put, valueAt } from './document-path.ts';
import { type Mapping, mappingOr } from './mapping.ts';

const places = [
  ...['enter_long', 'exit_long', 'enter_short', 'exit_short'].map((rule) => ['rules', rule]),
  ['decisions', 'filters', 'when'],
  ['target', 'position'],
  ['portfolio', 'rank'],
];

/** The formulas by which a document decides, by the keys of their place. */
export function decidingFormulas(document: Mapping): { keys: string[]; text: string }[] {
  const ids = Object.keys(mappingOr(document.indicators));
  return [...places, ...ids.map((id) => ['indicators', id, 'formula'])].flatMap((keys) => {
    const text = valueAt(document, keys);
    return typeof text === 'string' ? [{ keys, text }] : [];
  });
}

/** The document with each of its deciding formulas rewritten. */
export function withFormulas(document: Mapping, rewrite: (text: string) => string): Mapping {
  return decidingFormulas(document).reduce(
    (changed, { keys, text }) => mappingOr(put(changed, {}, keys, rewrite(text))),
    document,
  );
}

const token = /"[^"]*"|'[^']*'|\$?[A-Za-z_][\w.]*|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|./gs;

/** The formula with every token replaced by what `replace` makes of it; texts in quotes are one token. */
export function mapTokens(text: string, replace: (token: string) => string): string {
  return text.replace(token, replace);
}
