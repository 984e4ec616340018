import { PassBack } from './dense.ts';
import { multiply } from './matrix.ts';
import {
  InputProjection,
  type RecurrentLayer,
  type RecurrentShape,
  type RecurrentWeights,
  sigmoid,
  stepsOf,
} from './recurrent-layer.ts';

/**
 * A layer of GRU cells (equations: recurrent.ts). Since n sees the reset state and z and r the plain one, the recurrent
 * weights of z and r (`pair`) and of n (`candidate`) are kept apart, and so are the gradients by them.
 */
export class GruLayer implements RecurrentLayer {
  readonly outputs: Float64Array;

  readonly #shape: RecurrentShape;
  readonly #weights: RecurrentWeights;
  readonly #gradient: RecurrentWeights;
  readonly #projection: InputProjection;
  readonly #pairWeights: Float64Array;
  readonly #candidateWeights: Float64Array;
  readonly #pairBack: PassBack;
  readonly #candidateBack: PassBack;
  /** Per step rows x 3 units: z, r, n after their sigmoid or tanh. */
  readonly #gates: Float64Array;
  readonly #gateSteps: readonly Float64Array[];
  /** The gradients by z and r, and by n, before their sigmoid or tanh; `deltas` has all three side by side. */
  readonly #pairDeltas: Float64Array;
  readonly #pairDeltaSteps: readonly Float64Array[];
  readonly #candidateDeltas: Float64Array;
  readonly #candidateDeltaSteps: readonly Float64Array[];
  readonly #deltas: Float64Array;
  readonly #hiddenSteps: readonly Float64Array[];
  /** r h of every step. */
  readonly #reset: Float64Array;
  readonly #resetSteps: readonly Float64Array[];
  readonly #noState: Float64Array;
  readonly #pairFromState: Float64Array;
  readonly #candidateFromState: Float64Array;
  readonly #hiddenDelta: Float64Array;
  readonly #resetDelta: Float64Array;
  readonly #deltaFromPair: Float64Array;

  constructor(shape: RecurrentShape, weights: RecurrentWeights, gradient: RecurrentWeights) {
    const { steps, rows, units } = shape;
    const state = rows * units;
    this.#shape = shape;
    this.#weights = weights;
    this.#gradient = gradient;
    this.#projection = new InputProjection(shape, 3);
    this.#pairWeights = new Float64Array(2 * units * units);
    this.#candidateWeights = new Float64Array(units * units);
    this.#pairBack = new PassBack(units, 2 * units);
    this.#candidateBack = new PassBack(units, units);
    this.outputs = new Float64Array(steps * state);
    this.#hiddenSteps = stepsOf(this.outputs, steps);
    this.#reset = new Float64Array(steps * state);
    this.#resetSteps = stepsOf(this.#reset, steps);
    this.#gates = new Float64Array(3 * steps * state);
    this.#gateSteps = stepsOf(this.#gates, steps);
    this.#pairDeltas = new Float64Array(2 * steps * state);
    this.#pairDeltaSteps = stepsOf(this.#pairDeltas, steps);
    this.#candidateDeltas = new Float64Array(steps * state);
    this.#candidateDeltaSteps = stepsOf(this.#candidateDeltas, steps);
    this.#deltas = new Float64Array(3 * steps * state);
    this.#noState = new Float64Array(state);
    this.#pairFromState = new Float64Array(2 * state);
    this.#candidateFromState = new Float64Array(state);
    this.#hiddenDelta = new Float64Array(state);
    this.#resetDelta = new Float64Array(state);
    this.#deltaFromPair = new Float64Array(state);
  }

  forward(inputs: Float64Array): void {
    const { steps, rows, units } = this.#shape;
    this.#projection.forward(this.#weights, inputs, this.#gates);
    copyColumns(this.#weights.recurrent, 3 * units, 0, this.#pairWeights, 2 * units, 0, 2 * units);
    copyColumns(this.#weights.recurrent, 3 * units, 2 * units, this.#candidateWeights, units, 0, units);
    for (let step = 0; step < steps; step++) {
      const before = this.#before(step);
      const gates = this.#gateSteps[step];
      const reset = this.#resetSteps[step];
      multiply(this.#pairFromState, byRows(before, units), this.#pairWeights, null, rows, units, 2 * units);
      openGates(gates, this.#pairFromState, before, reset, units);
      multiply(this.#candidateFromState, byRows(reset, units), this.#candidateWeights, null, rows, units, units);
      moveState(gates, this.#candidateFromState, before, this.#hiddenSteps[step], units);
    }
  }

  backward(inputs: Float64Array, delta: Float64Array, inputDelta: Float64Array | null): void {
    const { steps, rows, units } = this.#shape;
    this.#pairBack.load(this.#pairWeights);
    this.#candidateBack.load(this.#candidateWeights);
    this.#hiddenDelta.fill(0);
    for (let step = steps - 1; step >= 0; step--) {
      const from = step * rows * units;
      for (let i = 0; i < this.#hiddenDelta.length; i++) this.#hiddenDelta[i] += delta[from + i];
      this.#candidateStepBack(step);
      this.#pairStepBack(step);
    }
    copyColumns(this.#pairDeltas, 2 * units, 0, this.#deltas, 3 * units, 0, 2 * units);
    copyColumns(this.#candidateDeltas, units, 0, this.#deltas, 3 * units, 2 * units, units);
    this.#projection.gradient(this.#gradient, inputs, this.#deltas);
    this.#recurrentGradient();
    if (inputDelta !== null) this.#projection.backward(this.#weights, this.#deltas, inputDelta);
  }

  #before(step: number): Float64Array {
    return step > 0 ? this.#hiddenSteps[step - 1] : this.#noState;
  }

  /** From the gradient by the step's h' to that by n and by r h. */
  #candidateStepBack(step: number): void {
    const { rows, units } = this.#shape;
    const gates = this.#gateSteps[step];
    const deltas = this.#candidateDeltaSteps[step];
    for (let at = 0; at < deltas.length; at++) {
      const z = gateAt(at, units);
      const n = z + 2 * units;
      deltas[at] = this.#hiddenDelta[at] * (1 - gates[z]) * (1 - gates[n] * gates[n]);
    }
    this.#candidateBack.run(deltas, rows, this.#resetDelta);
  }

  /** From the gradients by h' and r h to those by z, r and h. */
  #pairStepBack(step: number): void {
    const { rows, units } = this.#shape;
    const gates = this.#gateSteps[step];
    const deltas = this.#pairDeltaSteps[step];
    const before = this.#before(step);
    for (let at = 0; at < before.length; at++) {
      const z = gateAt(at, units);
      const r = z + units;
      const pair = at + at - (at % units);
      const byHidden = this.#hiddenDelta[at];
      const byReset = this.#resetDelta[at];
      deltas[pair] = byHidden * (before[at] - gates[r + units]) * gates[z] * (1 - gates[z]);
      deltas[pair + units] = byReset * before[at] * gates[r] * (1 - gates[r]);
      this.#hiddenDelta[at] = byHidden * gates[z] + byReset * gates[r];
    }
    this.#pairBack.run(deltas, rows, this.#deltaFromPair);
    for (let at = 0; at < before.length; at++) this.#hiddenDelta[at] += this.#deltaFromPair[at];
  }

  /** The weights' own copies are done with: their memory takes the two gradients. */
  #recurrentGradient(): void {
    const { steps, rows, units } = this.#shape;
    const { recurrent } = this.#gradient;
    const before = { values: this.outputs, rowStride: 1, columnStride: units };
    const later = this.#pairDeltas.subarray(2 * rows * units);
    multiply(this.#pairWeights, before, later, null, units, (steps - 1) * rows, 2 * units);
    copyColumns(this.#pairWeights, 2 * units, 0, recurrent, 3 * units, 0, 2 * units);
    const reset = { values: this.#reset, rowStride: 1, columnStride: units };
    multiply(this.#candidateWeights, reset, this.#candidateDeltas, null, units, steps * rows, units);
    copyColumns(this.#candidateWeights, units, 0, recurrent, 3 * units, 2 * units, units);
  }
}

function byRows(values: Float64Array, columns: number) {
  return { values, rowStride: columns, columnStride: 1 };
}

/** Index of gate z of the state at `at` (row by row, unit by unit). */
function gateAt(at: number, units: number): number {
  return at + 2 * (at - (at % units));
}

/** Finishes z and r, in place, and fills `reset` with r h. */
function openGates(
  gates: Float64Array,
  fromState: Float64Array,
  before: Float64Array,
  reset: Float64Array,
  units: number,
): void {
  for (let at = 0; at < before.length; at++) {
    const z = gateAt(at, units);
    const r = z + units;
    const pair = at + at - (at % units);
    gates[z] = sigmoid(gates[z] + fromState[pair]);
    gates[r] = sigmoid(gates[r] + fromState[pair + units]);
    reset[at] = gates[r] * before[at];
  }
}

/** Finishes n, in place, and moves the hidden state on by a step. */
function moveState(
  gates: Float64Array,
  fromState: Float64Array,
  before: Float64Array,
  hidden: Float64Array,
  units: number,
): void {
  for (let at = 0; at < before.length; at++) {
    const z = gateAt(at, units);
    const n = z + 2 * units;
    gates[n] = Math.tanh(gates[n] + fromState[at]);
    hidden[at] = gates[z] * before[at] + (1 - gates[z]) * gates[n];
  }
}

/** Copies `width` columns between matrices of as many rows, given each one's columns and the first to read or write. */
function copyColumns(
  source: Float64Array,
  sourceColumns: number,
  sourceFirst: number,
  target: Float64Array,
  targetColumns: number,
  targetFirst: number,
  width: number,
): void {
  let from = sourceFirst;
  for (let to = targetFirst; to < target.length; to += targetColumns, from += sourceColumns) {
    for (let j = 0; j < width; j++) target[to + j] = source[from + j];
  }
}
