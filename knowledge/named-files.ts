import { isNull, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { jobs } from './tables/jobs.ts';
import { backtests, models, series, strategies } from './tables/research.ts';

/** What rows of the database say lies in files of the lab's home. */
export interface NamedFiles {
  /** Hashes of artifacts. */
  models: Set<string>;
  /** Hashes of result files. */
  results: Set<string>;
  strategies: { name: string; version: number; yaml: string }[];
  /** The newest import of every series. */
  series: { symbol: string; timeframe: string }[];
  /** Ids of the models that are being trained, whose checkpoints may be kept. */
  trainings: Set<string>;
}

export const nothingNamed: NamedFiles = {
  models: new Set(),
  results: new Set(),
  strategies: [],
  series: [],
  trainings: new Set(),
};

export function namedFiles({ orm }: Pick<Database, 'orm'>): NamedFiles {
  const modelId = sql<string | null>`json_extract(${jobs.payload}, '$.modelId')`;
  const trainings = orm.select({ modelId }).from(jobs).where(isNull(jobs.finishedAt)).all();
  return {
    models: new Set(
      orm
        .select({ hash: models.artifactHash })
        .from(models)
        .all()
        .map(({ hash }) => hash),
    ),
    results: new Set(
      orm
        .select({ hash: backtests.resultHash })
        .from(backtests)
        .all()
        .map(({ hash }) => hash),
    ),
    strategies: orm
      .select({ name: strategies.name, version: strategies.version, yaml: strategies.yaml })
      .from(strategies)
      .all(),
    series: orm.selectDistinct({ symbol: series.symbol, timeframe: series.timeframe }).from(series).all(),
    trainings: new Set(trainings.flatMap((row) => row.modelId ?? [])),
  };
}
