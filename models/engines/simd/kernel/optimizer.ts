import { Tensor, tensorCount, tensors } from './tensor';
import { constant } from './vector';

export const SGD = 0;

const FIRST_DECAY: f64 = 0.9;
const SECOND_DECAY: f64 = 0.999;
/**
 * Decay and share of the moving means; where they become 0 instead of ever smaller (far below what epsilon lets
 * through, above slow denormal numbers); epsilon.
 */
const adams = memory.data<f32>([
  <f32>FIRST_DECAY, <f32>(1 - FIRST_DECAY), <f32>SECOND_DECAY, <f32>(1 - SECOND_DECAY), 1e-30, 1e-36, 1e-8,
]);

let optimizer: i32 = SGD;
/** Weight decay as part of the gradient, and apart from it. */
let coupled: f32 = 0;
let decoupled: f64 = 0;
let l1: f32 = 0;
let l2: f32 = 0;
/** 0: none. */
let clip: f64 = 0;
let firstPower: f64 = 1;
let secondPower: f64 = 1;

/** 0 SGD, 1 Adam, 2 AdamW. */
export function setOptimizer(kind: i32, weightDecay: f64): void {
  optimizer = kind;
  coupled = kind == 2 ? 0 : <f32>weightDecay;
  decoupled = kind == 2 ? weightDecay : 0;
}

export function setRestraints(absolute: f64, square: f64, gradientClip: f64): void {
  l1 = <f32>absolute;
  l2 = <f32>square;
  clip = gradientClip;
}

/** 0.9 and 0.999 to the number of steps so far: with weights and moments all that a resumed training needs. */
export function setPowers(first: f64, second: f64): void {
  firstPower = first;
  secondPower = second;
}

export function powerOfFirst(): f64 {
  return firstPower;
}

export function powerOfSecond(): f64 {
  return secondPower;
}

/** One step of gradient descent (models/engines/optimizer.ts says which). */
export function descend(rate: f64): void {
  if (l1 > 0 || l2 > 0) for (let i = 0; i < tensorCount; i++) penalise(unchecked(tensors[i]));
  const factor: f32 = clip > 0 ? clipFactor() : 1;
  if (optimizer == SGD) {
    for (let i = 0; i < tensorCount; i++) stepDown(unchecked(tensors[i]), <f32>rate, factor);
    return;
  }
  firstPower *= FIRST_DECAY;
  secondPower *= SECOND_DECAY;
  const scale = <f32>(rate / (1 - firstPower));
  const correction = <f32>(1 / (1 - secondPower));
  const shrink = <f32>(1 - rate * decoupled);
  for (let i = 0; i < tensorCount; i++) adam(unchecked(tensors[i]), factor, scale, correction, shrink);
}

/** Adds l1 sign(w) + l2 w to the gradient of what is no bias. */
function penalise(tensor: Tensor): void {
  if (tensor.isBias) return;
  const weights = tensor.weights;
  const gradient = tensor.gradient;
  const size = tensor.size;
  for (let at: usize = 0; at < size; at += 32) {
    const slope = gradient + at;
    const a = f32x4.add(v128.load(slope), penalty(v128.load(weights + at)));
    const b = f32x4.add(v128.load(slope, 16), penalty(v128.load(weights + at, 16)));
    v128.store(slope, a);
    v128.store(slope, b, 16);
  }
}

@inline
function penalty(w: v128): v128 {
  const sign = v128.or(v128.and(w, i32x4.splat(0x80000000)), f32x4.splat(l1));
  const pull = v128.and(sign, f32x4.ne(w, f32x4.splat(0)));
  return f32x4.add(pull, f32x4.mul(f32x4.splat(l2), w));
}

/** What makes the Euclidean norm of the gradient at most `clip`. */
function clipFactor(): f32 {
  let sum = f64x2.splat(0);
  for (let i = 0; i < tensorCount; i++) {
    const tensor = unchecked(tensors[i]);
    const strip = tensor.rows << 5;
    for (let from = tensor.gradient; from < tensor.gradient + tensor.size; from += strip) {
      sum = plusSquares(sum, from, strip);
      sum = plusSquares(sum, from + 16, strip);
    }
  }
  const norm = Math.sqrt(f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1));
  return norm > clip ? <f32>(clip / norm) : 1;
}

/** Adds the squares of four columns of a strip, row by row. */
@inline
function plusSquares(sum: v128, from: usize, strip: usize): v128 {
  for (const end = from + strip; from < end; from += 32) {
    const slope = v128.load(from);
    const low = f64x2.promote_low_f32x4(slope);
    const high = f64x2.promote_low_f32x4(v128.shuffle<f32>(slope, slope, 2, 3, 0, 1));
    sum = f64x2.add(sum, f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high)));
  }
  return sum;
}

function stepDown(tensor: Tensor, rate: f32, factor: f32): void {
  const weights = tensor.weights;
  const gradient = tensor.gradient;
  const size = tensor.size;
  for (let at: usize = 0; at < size; at += 32) {
    const weight = weights + at;
    const wA = v128.load(weight);
    const wB = v128.load(weight, 16);
    const slopeA = slopeOf(v128.load(gradient + at), wA, factor);
    const slopeB = slopeOf(v128.load(gradient + at, 16), wB, factor);
    v128.store(weight, f32x4.sub(wA, f32x4.mul(f32x4.splat(rate), slopeA)));
    v128.store(weight, f32x4.sub(wB, f32x4.mul(f32x4.splat(rate), slopeB)), 16);
  }
}

function adam(tensor: Tensor, factor: f32, scale: f32, correction: f32, shrink: f32): void {
  const weights = tensor.weights;
  const gradient = tensor.gradient;
  const firsts = tensor.first;
  const seconds = tensor.second;
  const size = tensor.size;
  for (let at: usize = 0; at < size; at += 32) {
    const weight = weights + at;
    const first = firsts + at;
    const second = seconds + at;
    const wA = v128.load(weight);
    const wB = v128.load(weight, 16);
    const slopeA = slopeOf(v128.load(gradient + at), wA, factor);
    const slopeB = slopeOf(v128.load(gradient + at, 16), wB, factor);
    const meanA = nextMean(v128.load(first), slopeA);
    const meanB = nextMean(v128.load(first, 16), slopeB);
    const squareA = nextSquare(v128.load(second), slopeA);
    const squareB = nextSquare(v128.load(second, 16), slopeB);
    v128.store(first, meanA);
    v128.store(first, meanB, 16);
    v128.store(second, squareA);
    v128.store(second, squareB, 16);
    v128.store(weight, moved(wA, meanA, squareA, scale, correction, shrink));
    v128.store(weight, moved(wB, meanB, squareB, scale, correction, shrink), 16);
  }
}

/** The clipped gradient with coupled decay. */
@inline
function slopeOf(gradient: v128, w: v128, factor: f32): v128 {
  const clipped = f32x4.mul(gradient, f32x4.splat(factor));
  return f32x4.add(clipped, f32x4.mul(w, f32x4.splat(coupled)));
}

@inline
function nextMean(mean: v128, slope: v128): v128 {
  const next = movingMean(mean, slope, constant(adams, 0), constant(adams, 1));
  return v128.andnot(next, f32x4.lt(f32x4.abs(next), constant(adams, 4)));
}

@inline
function nextSquare(mean: v128, slope: v128): v128 {
  const square = f32x4.mul(slope, slope);
  const next = movingMean(mean, square, constant(adams, 2), constant(adams, 3));
  return v128.andnot(next, f32x4.lt(next, constant(adams, 5)));
}

@inline
function movingMean(mean: v128, value: v128, decay: v128, share: v128): v128 {
  return f32x4.add(f32x4.mul(mean, decay), f32x4.mul(value, share));
}

@inline
function moved(w: v128, mean: v128, square: v128, scale: f32, correction: f32, shrink: f32): v128 {
  const root = f32x4.sqrt(f32x4.mul(square, f32x4.splat(correction)));
  const move = f32x4.div(f32x4.mul(f32x4.splat(scale), mean), f32x4.add(root, constant(adams, 6)));
  return f32x4.sub(f32x4.mul(w, f32x4.splat(shrink)), move);
}
