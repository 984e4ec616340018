import { formatInstant } from '@stratlab/data/instant.ts';
import { listBacktests, listModels } from '@stratlab/knowledge/results.ts';
import { childrenOf, versionsOf } from '@stratlab/knowledge/strategies.ts';
import { requireVersion } from './find-strategy.ts';
import type { Lab } from './lab.ts';
import { strategyFile } from './strategy-file.ts';

const mostResults = 10;

/** A stored version with its text, all versions of its name, and its newest results. Throws `not_found`. */
export function getStrategy(
  lab: Pick<Lab, 'database'>,
  { name, version }: { name: string; version?: number | undefined },
) {
  const { database } = lab;
  const stored = requireVersion(lab, name, version);
  const backtests = listBacktests(database, { strategyName: name, version: stored.version });
  return {
    name,
    version: stored.version,
    parent_name: stored.parentName,
    parent_version: stored.parentVersion,
    decider: stored.decider,
    fingerprint: stored.fingerprint,
    description: stored.description,
    hypothesis: stored.hypothesis,
    created_at: formatInstant(stored.createdAt),
    experiment_id: stored.experimentId,
    yaml: stored.yaml,
    file: strategyFile(name, stored.version),
    lineage: versionsOf(database, name).map((each) => ({
      version: each.version,
      parent_name: each.parentName,
      parent_version: each.parentVersion,
      fingerprint: each.fingerprint.slice(0, 12),
      reason: each.reason,
      created_at: formatInstant(each.createdAt),
    })),
    children: childrenOf(database, name).map((child) => ({
      name: child.name,
      of_version: child.parentVersion,
      reason: child.reason,
    })),
    best_results: backtests.slice(0, mostResults).map((row) => ({
      backtest_id: row.id,
      symbol: row.symbol,
      sample: row.sample,
      sharpe: row.sharpe,
      total_return: row.totalReturn,
      verdict: row.verdict,
    })),
    models: listModels(database, { strategyName: name, version: stored.version })
      .slice(0, mostResults)
      .map(({ id }) => id),
  };
}
