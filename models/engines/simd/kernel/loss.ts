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
  let loss: f64 = 0;
  for (let row: usize = 0; row < used; row++) {
    const rowWeight = <f64>load<f32>(batch.weights + (row << 2));
    const target = load<f32>(batch.targets + (row << 2));
    const share = rowWeight * perWeight;
    if (kind <= FOCAL) loss += rowWeight * classLoss(outputs, row, rows, <usize>target, share);
    else loss += rowWeight * distanceLoss(outputs, row, rows, target, share);
  }
  for (let row = used; row < rows; row++) clearDelta(outputs, row, rows);
  return loss;
}

function classLoss(outputs: Layer, row: usize, rows: usize, truth: usize, share: f64): f64 {
  const strip = rows << 4;
  const at = row << 4;
  const truthAt = at + (truth >> 2) * strip + ((truth & 3) << 2);
  const largest = largestOutput(outputs, at, strip);
  const sum = <f64>exponentials(outputs, at, strip, largest);
  const below = <f64>largest - <f64>load<f32>(outputs.values + truthAt);
  const surprise = Math.min(below + Math.log(sum), LARGEST_LOSS);
  if (kind == CROSS_ENTROPY) {
    pull(outputs, at, strip, truthAt, sum, share);
    return surprise;
  }
  const rest = sumWithout(outputs, at, strip, truthAt) / sum;
  pull(outputs, at, strip, truthAt, sum, share * focalSlope(rest, surprise));
  return Math.pow(rest, shape) * surprise;
}

/** Turns the exponentials of a row into strength (p - 1) at its class and strength p elsewhere. */
function pull(outputs: Layer, at: usize, strip: usize, truthAt: usize, sum: f64, strength: f64): void {
  const factor = f32x4.splat(<f32>(strength / sum));
  const end = outputs.delta + at + (outputs.width >> 2) * strip;
  for (let to = outputs.delta + at; to < end; to += strip) v128.store(to, f32x4.mul(v128.load(to), factor));
  store<f32>(outputs.delta + truthAt, load<f32>(outputs.delta + truthAt) - <f32>strength);
}

/** The focal loss's slope over that of cross entropy, where the class has probability 1 - rest = e^-surprise. */
function focalSlope(rest: f64, surprise: f64): f64 {
  if (rest == 0) return shape == 0 ? 1 : 0;
  return Math.pow(rest, shape) + shape * (1 - rest) * Math.pow(rest, shape - 1) * surprise;
}

/** Sum of a row's exponentials but that of its class: what is left of a probability near 1 keeps its precision. */
function sumWithout(outputs: Layer, at: usize, strip: usize, truthAt: usize): f64 {
  const own = load<f32>(outputs.delta + truthAt);
  store<f32>(outputs.delta + truthAt, 0);
  const end = outputs.delta + at + (outputs.width >> 2) * strip;
  let sum = f32x4.splat(0);
  for (let from = outputs.delta + at; from < end; from += strip) sum = f32x4.add(sum, v128.load(from));
  store<f32>(outputs.delta + truthAt, own);
  return <f64>sumOfLanes(sum);
}

/** Strips of a row but the last hold four outputs, the last one 1 to 4. */
function largestOutput(outputs: Layer, at: usize, strip: usize): f32 {
  const used = lanesInUse(outputs.units);
  const last = outputs.values + at + ((outputs.width >> 2) - 1) * strip;
  let largest = v128.bitselect(v128.load(last), f32x4.splat(-Infinity), used);
  for (let from = outputs.values + at; from < last; from += strip) largest = f32x4.pmax(largest, v128.load(from));
  return largestLane(largest);
}

/** Fills the delta of a row with e^(output - largest) and sums it up. */
function exponentials(outputs: Layer, at: usize, strip: usize, largest: f32): f32 {
  const shift = f32x4.splat(largest);
  const last = outputs.delta + at + ((outputs.width >> 2) - 1) * strip;
  let from = outputs.values + at;
  let sum = f32x4.splat(0);
  for (let to = outputs.delta + at; to <= last; to += strip, from += strip) {
    let power = exponential(f32x4.sub(v128.load(from), shift));
    if (to == last) power = v128.and(power, lanesInUse(outputs.units));
    v128.store(to, power);
    sum = f32x4.add(sum, power);
  }
  return sumOfLanes(sum);
}

/** Of the one output of a regression. */
function distanceLoss(outputs: Layer, row: usize, rows: usize, target: f32, share: f64): f64 {
  const error = <f64>(load<f32>(outputs.values + (row << 4)) - target);
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
  store<f32>(outputs.delta + (row << 4), <f32>(slope * share));
  return loss;
}

function clearDelta(outputs: Layer, row: usize, rows: usize): void {
  const end = outputs.delta + outputs.size(rows);
  for (let to = outputs.delta + (row << 4); to < end; to += rows << 4) v128.store(to, f32x4.splat(0));
}
