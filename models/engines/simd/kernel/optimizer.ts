import { Tensor, tensorCount, tensors } from './tensor';

export const SGD = 0;

const FIRST_DECAY: f64 = 0.9;
const SECOND_DECAY: f64 = 0.999;
/** Where moments become 0 instead of ever smaller: far below what epsilon lets through, above slow denormal numbers. */
const SMALLEST_MEAN: f32 = 1e-30;
const SMALLEST_SQUARE: f32 = 1e-36;

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
  const signBit = i32x4.splat(0x80000000);
  for (let at: usize = 0; at < tensor.size; at += 16) {
    const w = v128.load(tensor.weights + at);
    const sign = v128.or(v128.and(w, signBit), f32x4.splat(l1));
    const pull = v128.and(sign, f32x4.ne(w, f32x4.splat(0)));
    const penalty = f32x4.add(pull, f32x4.mul(f32x4.splat(l2), w));
    v128.store(tensor.gradient + at, f32x4.add(v128.load(tensor.gradient + at), penalty));
  }
}

/** What makes the Euclidean norm of the gradient at most `clip`. */
function clipFactor(): f32 {
  let sum = f64x2.splat(0);
  for (let i = 0; i < tensorCount; i++) {
    const tensor = unchecked(tensors[i]);
    const gradient = tensor.gradient;
    const size = tensor.size;
    for (let at = gradient; at < gradient + size; at += 16) {
      const slope = v128.load(at);
      const low = f64x2.promote_low_f32x4(slope);
      const high = f64x2.promote_low_f32x4(v128.shuffle<f32>(slope, slope, 2, 3, 0, 1));
      sum = f64x2.add(sum, f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high)));
    }
  }
  const norm = Math.sqrt(f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1));
  return norm > clip ? <f32>(clip / norm) : 1;
}

function stepDown(tensor: Tensor, rate: f32, factor: f32): void {
  for (let at: usize = 0; at < tensor.size; at += 16) {
    const w = v128.load(tensor.weights + at);
    const slope = slopeAt(tensor, at, w, factor);
    v128.store(tensor.weights + at, f32x4.sub(w, f32x4.mul(f32x4.splat(rate), slope)));
  }
}

function adam(tensor: Tensor, factor: f32, scale: f32, correction: f32, shrink: f32): void {
  for (let at: usize = 0; at < tensor.size; at += 16) {
    const w = v128.load(tensor.weights + at);
    const slope = slopeAt(tensor, at, w, factor);
    const mean = movingMean(v128.load(tensor.first + at), slope, <f32>FIRST_DECAY, <f32>(1 - FIRST_DECAY));
    const meanSquare = movingMean(
      v128.load(tensor.second + at),
      f32x4.mul(slope, slope),
      <f32>SECOND_DECAY,
      <f32>(1 - SECOND_DECAY),
    );
    const first = v128.andnot(mean, f32x4.lt(f32x4.abs(mean), f32x4.splat(SMALLEST_MEAN)));
    const second = v128.andnot(meanSquare, f32x4.lt(meanSquare, f32x4.splat(SMALLEST_SQUARE)));
    const root = f32x4.sqrt(f32x4.mul(second, f32x4.splat(correction)));
    const move = f32x4.div(f32x4.mul(f32x4.splat(scale), first), f32x4.add(root, f32x4.splat(1e-8)));
    v128.store(tensor.first + at, first);
    v128.store(tensor.second + at, second);
    v128.store(tensor.weights + at, f32x4.sub(f32x4.mul(w, f32x4.splat(shrink)), move));
  }
}

/** The clipped gradient with coupled decay. */
@inline
function slopeAt(tensor: Tensor, at: usize, w: v128, factor: f32): v128 {
  const clipped = f32x4.mul(v128.load(tensor.gradient + at), f32x4.splat(factor));
  return f32x4.add(clipped, f32x4.mul(w, f32x4.splat(coupled)));
}

@inline
function movingMean(mean: v128, value: v128, decay: f32, share: f32): v128 {
  return f32x4.add(f32x4.mul(mean, f32x4.splat(decay)), f32x4.mul(value, f32x4.splat(share)));
}
