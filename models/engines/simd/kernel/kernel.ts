import { Batch, Rows } from './batch';
import { Dense } from './dense';
import { Gru } from './gru';
import { Layer } from './layer';
import { lossOf, weightOf } from './loss';
import { Lstm } from './lstm';
import { bytesReserved, padded, reserve, wholeStrips } from './memory';
import { descend } from './optimizer';
import { tensors } from './tensor';

/**
 * One network with its rows and its training. The host lays it out in this order: loss, optimizer and dropout;
 * `layOut`; its layers from the inputs to the outputs; `bytesReserved`. Then it grows the memory, fills rows, weights
 * and the order of the rows, and calls `trainRows` and `judgeRows`.
 */
export { seedDropout, setDropout } from './dropout';
export { setLoss } from './loss';
export { multiplyAddOf } from './multiply-add';
export { powerOfFirst, powerOfSecond, setOptimizer, setPowers, setRestraints } from './optimizer';
export { setTallBlocks } from './product';
export { bytesReserved };

const layers = new StaticArray<Layer>(16);
let layerCount = 0;
let capacity: i32 = 0;
let batch: Batch = changetype<Batch>(0);
let trainRowsAt: Rows = changetype<Rows>(0);
let judgedRowsAt: Rows = changetype<Rows>(0);
let trainOrder: usize = 0;
let judgedOrder: usize = 0;
/** Of the rows since `startSum`. */
let lossSum: f64 = 0;
let weightSum: f64 = 0;

/** `features` of each of `steps`, `batchRows` rows at a time at most. */
export function layOut(features: i32, steps: i32, batchRows: i32, trainRows: i32, judgedRows: i32): void {
  capacity = padded(batchRows);
  batch = new Batch(features, steps, capacity);
  trainRowsAt = new Rows(trainRows, steps, wholeStrips(features));
  judgedRowsAt = new Rows(judgedRows, steps, wholeStrips(features));
  trainOrder = reserve(trainRows);
  judgedOrder = reserve(judgedRows);
}

export function addDense(units: i32, activation: i32): void {
  add(new Dense(last(), units, activation, capacity));
}

export function addLstm(units: i32, sequence: bool): void {
  add(new Lstm(last(), units, sequence, capacity));
}

export function addGru(units: i32, sequence: bool): void {
  add(new Gru(last(), units, sequence, capacity));
}

function last(): Layer {
  return layerCount > 0 ? unchecked(layers[layerCount - 1]) : batch;
}

function add(layer: Layer): void {
  unchecked((layers[layerCount++] = layer));
}

/** Address of the features (0), targets (1), weights (2) or order (3) of the rows to judge by, else to train on. */
export function rowsAt(judged: bool, part: i32): usize {
  if (part == 3) return judged ? judgedOrder : trainOrder;
  const rows = judged ? judgedRowsAt : trainRowsAt;
  return part == 0 ? rows.features : part == 1 ? rows.targets : rows.weights;
}

/** Address of a tensor's weights, gradient, first or second moments (0 to 3). */
export function tensorAt(index: i32, part: i32): usize {
  const tensor = unchecked(tensors[index]);
  return part == 0 ? tensor.weights : part == 1 ? tensor.gradient : part == 2 ? tensor.first : tensor.second;
}

export function startSum(): void {
  lossSum = 0;
  weightSum = 0;
}

/** Mean loss by weight since `startSum`; 0 where all weights are 0. */
export function meanLoss(): f64 {
  return weightSum > 0 ? lossSum / weightSum : 0;
}

/** Trains on the rows at places `from` to `to` of the order, `batchRows` at a time, the last batch shorter. */
export function trainRows(from: usize, to: usize, batchRows: usize, rate: f64): void {
  for (; from < to; from += batchRows) {
    const used = min(batchRows, to - from);
    gradientOf(from, used);
    descend(rate);
  }
}

/** Fills the gradient of a batch, before penalties and clipping. */
export function gradientOf(from: usize, used: usize): void {
  const rows = (used + 3) & ~3;
  passOver(trainRowsAt, trainOrder + (from << 2), used, rows, true);
  for (let i = layerCount - 1; i >= 0; i--) unchecked(layers[i]).backward(rows);
}

/** Adds the loss of the rows to judge by, without dropout. */
export function judgeRows(from: usize, to: usize): void {
  for (; from < to; from += capacity) {
    const used = min(<usize>capacity, to - from);
    passOver(judgedRowsAt, judgedOrder + (from << 2), used, (used + 3) & ~3, false);
  }
}

function passOver(source: Rows, order: usize, used: usize, rows: usize, training: bool): void {
  batch.gather(source, order, used, rows);
  for (let i = 0; i < layerCount; i++) unchecked(layers[i]).forward(rows, used, training);
  const weight = weightOf(batch, used);
  lossSum += lossOf(batch, last(), rows, used, weight);
  weightSum += weight;
}
