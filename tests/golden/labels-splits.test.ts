import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choose, combinations } from '@stratlab/models/splits/combinations.ts';
import { combinatorialFolds, combinatorialPaths } from '@stratlab/models/splits/combinatorial.ts';
import { referenceText, withoutReference } from '../reference.ts';

interface Vectors {
  cpcv: {
    N: number;
    k: number;
    n_splits: number;
    n_paths: number;
    splits: number[][];
    path_assignment: [number, number, number][];
  }[];
  purged: {
    n: number;
    label_horizon: number;
    N: number;
    k: number;
    embargo_bars: number;
    splits: { test_groups: number[]; test: number[]; train: number[] }[];
  }[];
  published: { full?: { N: number; k: number; splits: number; paths: number }[] }[];
}

const skip = withoutReference;

test('the splits of CPCV and the paths they make up agree', { skip }, () => {
  for (const { N, k, n_splits, n_paths, splits, path_assignment } of vectors().cpcv) {
    assert.deepEqual(combinations(N, k), splits);
    const paths = combinatorialPaths(N, k);
    assert.deepEqual([splits.length, paths.length], [n_splits, n_paths]);
    for (const [split, group, path] of path_assignment) assert.equal(paths[path][group], split);
    assert.equal(path_assignment.length, paths.flat().length);
  }
});

test('the published numbers of splits and paths agree', { skip }, () => {
  const published = vectors().published.flatMap(({ full }) => full ?? []);
  const counts = published.filter(({ paths }) => paths !== undefined);
  assert.ok(counts.length >= 6);
  for (const { N, k, splits, paths } of counts) {
    assert.equal(choose(N, k), splits);
    assert.equal((choose(N, k) * k) / N, paths);
  }
});

test('purged and embargoed training rows agree, split by split', { skip }, () => {
  const { purged } = vectors();
  assert.ok(purged.length > 0);
  for (const { n, label_horizon, N, k, embargo_bars, splits } of purged) {
    const rows = Int32Array.from({ length: n }, (_, row) => row);
    const grouping = { groups: N, testGroups: k, embargoBars: embargo_bars, validation: 0 };
    const found = combinatorialFolds({ rows, ends: rows.map((row) => row + label_horizon) }, grouping, 'cpcv');
    assert.deepEqual(
      found.map((fold) => ({ test: [...fold.test], train: [...fold.train] })),
      splits.map((split) => ({ test: split.test, train: split.train })),
    );
  }
});

function vectors(): Vectors {
  return JSON.parse(referenceText('reference/overfitting_vectors.json.gz'));
}
