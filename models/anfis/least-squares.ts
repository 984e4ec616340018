import type { Dataset } from '../engine.ts';
import { factorise, solveLower, solveUpper } from './cholesky.ts';
import { addGram } from './gram.ts';
import type { Layout } from './layout.ts';

const blockRows = 64;
/** On the diagonal of the Gram matrix of columns of unit length: enough for its Cholesky factor to exist. */
const ridge = 1e-11;
const mostSteps = 40;
/** Of the gradient, relative to its first size: below it is rounding, enlarged by the factor of a singular matrix. */
const tolerance = 1e-11;
/** Squared length of what a direction of length 1 does to the answers, below which it counts as nothing. */
const leastEffect = 1e-4;

/**
 * Weighted least squares for all consequents, given the strengths: unknown (rule, term) multiplies strength x input
 * (or x 1). The Gram matrix of the columns, scaled to unit length, is factorised with a tiny ridge; the factor is not
 * trusted with the answer but preconditions conjugate gradients on the least squares themselves (CGLS, Björck 1996
 * ch. 7), so the ridge biases nothing and the error grows with the condition number, not with its square. It stops
 * before directions that rounding cannot tell from nothing, which keeps a rank-deficient solution small.
 */
export class ConsequentFit {
  readonly #layout: Layout;
  readonly #data: Dataset;
  /** rows x outputs. */
  readonly #targets: Float64Array;
  /** Square roots of the row weights. */
  readonly #roots: Float64Array;
  readonly #unknowns: number;
  /** Unknowns, rounded up to full tiles; surplus columns stay 0. */
  readonly #stride: number;
  readonly #gram: Float64Array;
  readonly #block: Float64Array;
  readonly #scales: Float64Array;

  constructor(layout: Layout, data: Dataset, targets: Float64Array) {
    this.#layout = layout;
    this.#data = data;
    this.#targets = targets;
    this.#roots = Float64Array.from({ length: data.rows }, (_, row) => Math.sqrt(data.weights?.[row] ?? 1));
    this.#unknowns = layout.rules * layout.terms;
    this.#stride = Math.ceil(this.#unknowns / 4) * 4;
    this.#gram = new Float64Array(this.#stride * this.#stride);
    this.#block = new Float64Array(blockRows * this.#stride);
    this.#scales = new Float64Array(this.#unknowns);
  }

  /** Fills `consequents` (rules x terms x outputs) with the best ones for `strengths` (rows x rules). */
  fit(strengths: Float64Array, consequents: Float64Array): void {
    this.#factoriseGram(strengths);
    const { outputs } = this.#layout;
    for (let output = 0; output < outputs; output++) {
      const solution = this.#solve(strengths, output);
      for (let j = 0; j < solution.length; j++) consequents[j * outputs + output] = solution[j];
    }
  }

  #factoriseGram(strengths: Float64Array): void {
    const gram = this.#gram.fill(0);
    for (let from = 0; from < this.#data.rows; from += blockRows) {
      const rows = Math.min(blockRows, this.#data.rows - from);
      this.#fillBlock(strengths, from, rows);
      addGram(gram, this.#block, rows, this.#stride);
    }
    const scales = this.#scales;
    for (let j = 0; j < scales.length; j++) {
      const square = gram[j * this.#stride + j];
      scales[j] = square > 0 ? 1 / Math.sqrt(square) : 0;
    }
    for (let i = 0; i < scales.length; i++) {
      const row = i * this.#stride;
      for (let j = 0; j < i; j++) gram[row + j] *= scales[i] * scales[j];
      gram[row + i] = 1 + ridge;
    }
    factorise(gram, this.#unknowns, this.#stride);
  }

  #fillBlock(strengths: Float64Array, from: number, rows: number): void {
    const { inputs, rules, terms } = this.#layout;
    const { features } = this.#data;
    for (let k = 0; k < rows; k++) {
      const row = from + k;
      let at = k * this.#stride;
      for (let r = 0; r < rules; r++) {
        const strength = this.#roots[row] * strengths[row * rules + r];
        for (let i = 0; i < terms - 1; i++) this.#block[at++] = strength * features[row * inputs + i];
        this.#block[at++] = strength;
      }
    }
  }

  /** Conjugate gradients for one output, in the unknowns y of x = scale L'^-1 y. */
  #solve(strengths: Float64Array, output: number): Float64Array {
    const solution = new Float64Array(this.#unknowns);
    const residual = this.#rightSide(output);
    const image = new Float64Array(residual.length);
    const descent = this.#descentOf(strengths, residual);
    const direction = descent.slice();
    let size = squared(descent);
    const enough = size * tolerance ** 2;
    for (let step = 0; step < mostSteps && size > enough; step++) {
      const move = this.#toUnknowns(direction);
      this.#multiply(strengths, move, image);
      const effect = squared(image);
      if (effect < leastEffect * squared(direction)) break;
      const length = size / effect;
      addTimes(solution, move, length);
      addTimes(residual, image, -length);
      descent.set(this.#descentOf(strengths, residual));
      const before = size;
      size = squared(descent);
      for (let j = 0; j < direction.length; j++) direction[j] = descent[j] + (size / before) * direction[j];
    }
    return solution;
  }

  #rightSide(output: number): Float64Array {
    const { outputs } = this.#layout;
    return Float64Array.from(this.#roots, (root, row) => root * this.#targets[row * outputs + output]);
  }

  #toUnknowns(direction: Float64Array): Float64Array {
    const unknowns = direction.slice();
    solveUpper(this.#gram, this.#unknowns, this.#stride, unknowns);
    for (let j = 0; j < unknowns.length; j++) unknowns[j] *= this.#scales[j];
    return unknowns;
  }

  /** L^-1 scale A' residual. */
  #descentOf(strengths: Float64Array, residual: Float64Array): Float64Array {
    const { inputs, rules, terms } = this.#layout;
    const { features } = this.#data;
    const sums = new Float64Array(this.#unknowns);
    for (let row = 0; row < residual.length; row++) {
      const weighted = this.#roots[row] * residual[row];
      const x = row * inputs;
      let at = 0;
      for (let r = 0; r < rules; r++) {
        const share = weighted * strengths[row * rules + r];
        for (let i = 0; i < terms - 1; i++) sums[at++] += share * features[x + i];
        sums[at++] += share;
      }
    }
    for (let j = 0; j < sums.length; j++) sums[j] *= this.#scales[j];
    solveLower(this.#gram, this.#unknowns, this.#stride, sums);
    return sums;
  }

  /** target = A unknowns. */
  #multiply(strengths: Float64Array, unknowns: Float64Array, target: Float64Array): void {
    const { inputs, rules, terms } = this.#layout;
    const { features } = this.#data;
    for (let row = 0; row < target.length; row++) {
      const x = row * inputs;
      let sum = 0;
      let at = 0;
      for (let r = 0; r < rules; r++) {
        let says = 0;
        for (let i = 0; i < terms - 1; i++) says += unknowns[at++] * features[x + i];
        sum += strengths[row * rules + r] * (says + unknowns[at++]);
      }
      target[row] = this.#roots[row] * sum;
    }
  }
}

function squared(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * values[i];
  return sum;
}

function addTimes(target: Float64Array, values: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i] += factor * values[i];
}
