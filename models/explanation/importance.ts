import { seededRandom } from '@stratlab/data/random.ts';
import { balancedAccuracy, hitsOf, weighted } from './accuracy.ts';
import { blockIntervals, blockSums, drawnCounts, type Interval, shuffledBlocks } from './blocks.ts';
import { classesSaid, type Forecast, outcomeOf, rowLosses, type Task } from './task.ts';

/** Features that are permuted together. */
export interface FeatureGroup {
  readonly name: string;
  readonly columns: readonly number[];
}

export interface Importance {
  readonly name: string;
  /** Rise of the mean log loss (regression: squared error) where the group is permuted: above 0, the model uses it well. */
  readonly lossRise: number;
  readonly lossInterval: Interval | null;
  /** Fall of the balanced accuracy; of a regression, of its signs. */
  readonly accuracyDrop: number;
  readonly accuracyInterval: Interval | null;
}

export interface ImportanceRequest {
  readonly forecast: Forecast;
  /** Rows x width, in time order, not normalised. */
  readonly features: Float64Array;
  readonly width: number;
  readonly task: Task;
  readonly groups: readonly FeatureGroup[];
  /** First rows of blocks that are moved and drawn whole, and the number of rows. */
  readonly blocks: Int32Array;
  readonly repeats: number;
  readonly seed: number;
  /** Awaited before each repeat, to let others in. */
  readonly pause: () => Promise<void>;
}

/** Sums per block: of losses, and of hits by true class. */
interface Scored {
  readonly losses: Float64Array;
  readonly hits: readonly Float64Array[];
}

/**
 * Permutation importance (Breiman 2001; groups: Gregorutti, Michel and Saint-Pierre 2015) of each group of features, the
 * greatest rise of loss first. The rows are permuted in blocks, so that a group keeps its course in time and loses only
 * its tie to the label; all groups are permuted alike. Intervals draw blocks and repeats anew.
 */
export async function permutationImportance(request: ImportanceRequest): Promise<Importance[]> {
  const { forecast, features, task, groups, blocks, repeats, seed, pause } = request;
  const random = seededRandom(seed);
  const permutations = Array.from({ length: repeats }, () => shuffledBlocks(blocks, random));
  const known = forecast(features);
  const { truth, classes } = outcomeOf(task, known);
  const score = (predictions: Float64Array): Scored => {
    const hits = hitsOf(classesSaid(task, predictions), truth);
    return {
      losses: blockSums(blocks, rowLosses(task, predictions)),
      hits: classes.map((_, k) =>
        blockSums(
          blocks,
          hits.map((hit, row) => (truth[row] === k ? hit : 0)),
        ),
      ),
    };
  };
  const counts = classes.map((_, k) =>
    blockSums(
      blocks,
      Float64Array.from(truth, (own) => Number(own === k)),
    ),
  );
  const base = score(known);
  const found: Importance[] = [];
  for (const { name, columns } of groups) {
    const permuted: Scored[] = [];
    for (const sources of permutations) {
      await pause();
      permuted.push(score(forecast(withPermuted(request, columns, sources))));
    }
    found.push({ name, ...judged(base, permuted, counts, request) });
  }
  return found.sort((a, b) => b.lossRise - a.lossRise);
}

function withPermuted(
  { features, width }: Pick<ImportanceRequest, 'features' | 'width'>,
  columns: readonly number[],
  sources: Int32Array,
): Float64Array {
  const mixed = features.slice();
  sources.forEach((source, row) => {
    for (const column of columns) mixed[row * width + column] = features[source * width + column];
  });
  return mixed;
}

function judged(
  base: Scored,
  permuted: readonly Scored[],
  counts: readonly Float64Array[],
  { blocks, seed }: Pick<ImportanceRequest, 'blocks' | 'seed'>,
): Omit<Importance, 'name'> {
  const blockCount = blocks.length - 1;
  const sizes = Float64Array.from({ length: blockCount }, (_, k) => blocks[k + 1] - blocks[k]);
  const differences = (drawn: Float64Array, repeats: Float64Array): [number, number] => {
    const rows = weighted(sizes, drawn);
    const present = counts.map((own) => weighted(own, drawn));
    const scoreOf = ({ losses, hits }: Scored) => ({
      loss: weighted(losses, drawn) / rows,
      accuracy: balancedAccuracy(
        hits.map((own) => weighted(own, drawn)),
        present,
      ),
    });
    const known = scoreOf(base);
    let [loss, accuracy, total] = [0, 0, 0];
    permuted.forEach((own, k) => {
      if (repeats[k] === 0) return;
      const mixed = scoreOf(own);
      total += repeats[k];
      loss += repeats[k] * (mixed.loss - known.loss);
      accuracy += repeats[k] * (known.accuracy - mixed.accuracy);
    });
    return [loss / total, accuracy / total];
  };
  const each = (count: number) => new Float64Array(count).fill(1);
  const [lossRise, accuracyDrop] = differences(each(blockCount), each(permuted.length));
  const [lossInterval, accuracyInterval] = blockIntervals(blocks, seed, (drawn, random) =>
    differences(drawn, drawnCounts(permuted.length, random)),
  );
  return { lossRise, lossInterval, accuracyDrop, accuracyInterval };
}
