import type { Database } from '@stratlab/knowledge/database.ts';
import { listStrategies, type StrategyVersion, withFingerprint } from '@stratlab/knowledge/strategies.ts';
import { canonicalForm } from '@stratlab/strategies/fingerprint.ts';
import { isMapping, mappingOr } from '@stratlab/strategies/mapping.ts';
import { bestResult } from './best-result.ts';
import type { LabStrategy } from './strategy-language.ts';
import { readLabStrategy } from './strategy-language.ts';

/** Earlier work on the same or nearly the same definition, and the best that came of it. */
export interface SimilarStrategy {
  name: string;
  version: number;
  /** `same`: decides alike on every bar. `close`: the same parts with other numbers, symbols or execution. */
  relation: 'same' | 'close';
  fingerprint: string;
  best: { backtest_id: string; verdict: string; sharpe: number | null } | null;
}

const leastShared = 0.8;
const mostRead = 500;
const mostShown = 5;
const outlines = new Map<string, ReadonlySet<string>>();

/** Stored strategies like this one: every version that is the same, then the closest of the newest 500 strategies. */
export function similarStrategies(database: Database, strategy: LabStrategy, fingerprint: string): SimilarStrategy[] {
  const same = withFingerprint(database, fingerprint).map((version) => similar(database, version, 'same'));
  const own = outlineOf(fingerprint, strategy);
  const close = listStrategies(database)
    .slice(0, mostRead)
    .filter((version) => version.fingerprint !== fingerprint)
    .map((version) => ({ version, shared: sharedPart(own, storedOutline(version)) }))
    .filter(({ shared }) => shared >= leastShared)
    .sort((a, b) => b.shared - a.shared)
    .map(({ version }) => similar(database, version, 'close'));
  return [...same, ...close].slice(0, mostShown);
}

function similar(
  database: Database,
  { name, version, fingerprint }: StrategyVersion,
  relation: 'same' | 'close',
): SimilarStrategy {
  const best = bestResult(database, name, version);
  return {
    name,
    version,
    relation,
    fingerprint,
    best: best && { backtest_id: best.id, verdict: best.verdict, sharpe: best.sharpe },
  };
}

function storedOutline({ fingerprint, document }: StrategyVersion): ReadonlySet<string> {
  const known = outlines.get(fingerprint);
  if (known !== undefined) return known;
  const read = readLabStrategy(document);
  return 'strategy' in read ? outlineOf(fingerprint, read.strategy) : new Set();
}

/** What a strategy is made of, its numbers left out: one entry per part. */
function outlineOf(fingerprint: string, strategy: LabStrategy): ReadonlySet<string> {
  const known = outlines.get(fingerprint);
  if (known !== undefined) return known;
  const { indicators, fuzzy_sets, nn_inputs, rules, fuzzy_rules, model, training } = canonicalForm(strategy);
  const { type } = mappingOr(model);
  const { source } = mappingOr(mappingOr(training).labels);
  const deciding = { indicators, fuzzy_sets, nn_inputs, rules, fuzzy_rules, type, source };
  const outline = new Set(parts(deciding, ''));
  outlines.set(fingerprint, outline);
  return outline;
}

function parts(value: unknown, path: string): string[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap((item) => parts(item, path));
  if (isMapping(value)) return Object.entries(value).flatMap(([key, item]) => parts(item, `${path}.${key}`));
  return [`${path} ${String(value).replace(/\d+(\.\d+)?/g, '#')}`];
}

/** Jaccard's index: of the parts of either, the share that both have. */
function sharedPart(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const both = [...a].filter((part) => b.has(part)).length;
  return a.size + b.size === 0 ? 0 : both / (a.size + b.size - both);
}
