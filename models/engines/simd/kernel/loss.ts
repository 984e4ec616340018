import { Batch } from './batch';
import { Layer } from './layer';
import { exponential, lanesInUse, largestLane, sumOfLanes } from './vector';

const CROSS_ENTROPY = 0;
const FOCAL = 1;
const MEAN_SQUARE = 2;

/** -log of the smallest positive float64, at which the loss of a row ends. */
const LARGEST_LOSS: f64 = 744.4400719213812;

let kind: i32 = CROSS_ENTROPY;
/** Gamma of focal loss, delta of Huber loss. */
let shape: f64 = 0;

/** 0 cross entropy, 1 focal, 2 mean square, 3 Huber. */
export function setLoss(loss: i32, parameter: f64): void {
  kind = loss;
  shape = parameter;
}

/** Sum of the weights of the first `used` rows. */
export function weightOf(batch: Batch, used: usize): f64 {
  let sum: f64 = 0;
  for (let row: usize = 0; row < used; row++) sum += <f64>load<f32>(batch.weights + (row << 2));
  return sum;
}

/**
 * The loss of the batch, weighted by row and not yet divided by `weight`, the sum of the rows' weights. Fills the
 * gradient of the mean loss by the outputs; it is 0 for rows and columns that only fill up.
 */
export function lossOf(batch: Batch, outputs: Layer, rows: usize, used: usize, weight: f64): f64 {
  const perWeight: f64 = weight > 0 ? 1 / weight : 0;
  for (let row = used; row < rows; row++) clearDelta(outputs, row, rows);
  return kind <= FOCAL
    ? classLosses(batch, outputs, rows, used, perWeight)
    : distanceLosses(batch, outputs, rows, used, perWeight);
}

function classLosses(batch: Batch, outputs: Layer, rows: usize, used: usize, perWeight: f64): f64 {
  const strip = rows << 5;
  const last = (outputs.units - 1) >> 2;
  const lastUsed = lanesInUse(outputs.units, (outputs.units - 1) & 4);
  let loss: f64 = 0;
  for (let row: usize = 0; row < used; row++) {
    const rowWeight = <f64>load<f32>(batch.weights + (row << 2));
    const truth = <usize>load<f32>(batch.targets + (row << 2));
    const values = outputs.values + (row << 5);
    const delta = outputs.delta + (row << 5);
    loss += rowWeight * classLoss(values, delta, strip, last, lastUsed, truth, rowWeight * perWeight);
  }
  return loss;
}

/** Of the row whose outputs and their gradient begin at `values` and `delta`; `last` counts fours of outputs from 0. */
@inline
function classLoss(
  values: usize,
  delta: usize,
  strip: usize,
  last: i32,
  lastUsed: v128,
  truth: usize,
  share: f64,
): f64 {
  const truthAt = (truth >> 3) * strip + ((truth & 7) << 2);
  const largest = largestOutput(values, strip, last, lastUsed);
  const sum = <f64>exponentials(values, delta, strip, last, lastUsed, largest);
  const below = <f64>largest - <f64>load<f32>(values + truthAt);
  const surprise = Math.min(below + Math.log(sum), LARGEST_LOSS);
  if (kind == CROSS_ENTROPY) {
    pull(delta, strip, last, truthAt, sum, share);
    return surprise;
  }
  const rest = sumWithout(delta, strip, last, truthAt) / sum;
  pull(delta, strip, last, truthAt, sum, share * focalSlope(rest, surprise));
  return Math.pow(rest, shape) * surprise;
}

/** Where a row's outputs number 4 `quad` and the three after lie, from its first one. */
@inline
function quadAt(quad: i32, strip: usize): usize {
  return <usize>(quad >> 1) * strip + ((quad & 1) << 4);
}

@inline
function largestOutput(values: usize, strip: usize, last: i32, lastUsed: v128): f32 {
  let largest = v128.bitselect(v128.load(values + quadAt(last, strip)), f32x4.splat(-Infinity), lastUsed);
  for (let quad = 0; quad < last; quad++) largest = f32x4.pmax(largest, v128.load(values + quadAt(quad, strip)));
  return largestLane(largest);
}

/** Fills the gradient of a row with e^(output - largest) and sums it up. */
@inline
function exponentials(
  values: usize,
  delta: usize,
  strip: usize,
  last: i32,
  lastUsed: v128,
  largest: f32,
): f32 {
  const shift = f32x4.splat(largest);
  let sum = f32x4.splat(0);
  for (let quad = 0; quad <= last; quad++) {
    let power = exponential(f32x4.sub(v128.load(values + quadAt(quad, strip)), shift));
    if (quad == last) power = v128.and(power, lastUsed);
    v128.store(delta + quadAt(quad, strip), power);
    sum = f32x4.add(sum, power);
  }
  return sumOfLanes(sum);
}

/** Turns the exponentials of a row into strength (p - 1) at its class and strength p elsewhere. */
@inline
function pull(delta: usize, strip: usize, last: i32, truthAt: usize, sum: f64, strength: f64): void {
  const factor = f32x4.splat(<f32>(strength / sum));
  for (let quad = 0; quad <= last; quad++) {
    const to = delta + quadAt(quad, strip);
    v128.store(to, f32x4.mul(v128.load(to), factor));
  }
  store<f32>(delta + truthAt, load<f32>(delta + truthAt) - <f32>strength);
}

/** The focal loss's slope over that of cross entropy, where the class has probability 1 - rest = e^-surprise. */
function focalSlope(rest: f64, surprise: f64): f64 {
  if (rest == 0) return shape == 0 ? 1 : 0;
  return Math.pow(rest, shape) + shape * (1 - rest) * Math.pow(rest, shape - 1) * surprise;
}

/** Sum of a row's exponentials but that of its class: what is left of a probability near 1 keeps its precision. */
function sumWithout(delta: usize, strip: usize, last: i32, truthAt: usize): f64 {
  const own = load<f32>(delta + truthAt);
  store<f32>(delta + truthAt, 0);
  let sum = f32x4.splat(0);
  for (let quad = 0; quad <= last; quad++) sum = f32x4.add(sum, v128.load(delta + quadAt(quad, strip)));
  store<f32>(delta + truthAt, own);
  return <f64>sumOfLanes(sum);
}

function distanceLosses(batch: Batch, outputs: Layer, rows: usize, used: usize, perWeight: f64): f64 {
  let loss: f64 = 0;
  for (let row: usize = 0; row < used; row++) {
    const rowWeight = <f64>load<f32>(batch.weights + (row << 2));
    const target = load<f32>(batch.targets + (row << 2));
    loss += rowWeight * distanceLoss(outputs, row, rows, target, rowWeight * perWeight);
  }
  return loss;
}

/** Of the one output of a regression. */
function distanceLoss(outputs: Layer, row: usize, rows: usize, target: f32, share: f64): f64 {
  const error = <f64>(load<f32>(outputs.values + (row << 5)) - target);
  const distance = Math.abs(error);
  let loss: f64;
  let slope: f64;
  if (kind == MEAN_SQUARE) {
    loss = error * error;
    slope = 2 * error;
  } else if (distance <= shape) {
    loss = 0.5 * error * error;
    slope = error;
  } else {
    loss = shape * (distance - 0.5 * shape);
    slope = error > 0 ? shape : error < 0 ? -shape : error;
  }
  clearDelta(outputs, row, rows);
  store<f32>(outputs.delta + (row << 5), <f32>(slope * share));
  return loss;
}

function clearDelta(outputs: Layer, row: usize, rows: usize): void {
  const end = outputs.delta + outputs.size(rows);
  for (let to = outputs.delta + (row << 5); to < end; to += rows << 5) memory.fill(to, 0, 32);
}
