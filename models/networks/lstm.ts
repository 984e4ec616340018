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

/** A layer of LSTM cells (equations: recurrent.ts). */
export class LstmLayer implements RecurrentLayer {
  readonly outputs: Float64Array;

  readonly #shape: RecurrentShape;
  readonly #weights: RecurrentWeights;
  readonly #gradient: RecurrentWeights;
  readonly #projection: InputProjection;
  readonly #back: PassBack;
  /** Per step rows x 4 units: i, f, g, o after their sigmoid or tanh. */
  readonly #gates: Float64Array;
  readonly #gateSteps: readonly Float64Array[];
  /** The gradient by the gates before their sigmoid or tanh. */
  readonly #deltas: Float64Array;
  readonly #deltaSteps: readonly Float64Array[];
  readonly #hiddenSteps: readonly Float64Array[];
  readonly #cellSteps: readonly Float64Array[];
  readonly #fromState: Float64Array;
  readonly #noState: Float64Array;
  readonly #hiddenDelta: Float64Array;
  readonly #cellDelta: Float64Array;

  constructor(shape: RecurrentShape, weights: RecurrentWeights, gradient: RecurrentWeights) {
    const { steps, rows, units } = shape;
    const state = rows * units;
    this.#shape = shape;
    this.#weights = weights;
    this.#gradient = gradient;
    this.#projection = new InputProjection(shape, 4);
    this.#back = new PassBack(units, 4 * units);
    this.outputs = new Float64Array(steps * state);
    this.#hiddenSteps = stepsOf(this.outputs, steps);
    this.#cellSteps = stepsOf(new Float64Array(steps * state), steps);
    this.#gates = new Float64Array(4 * steps * state);
    this.#gateSteps = stepsOf(this.#gates, steps);
    this.#deltas = new Float64Array(4 * steps * state);
    this.#deltaSteps = stepsOf(this.#deltas, steps);
    this.#fromState = new Float64Array(4 * state);
    this.#noState = new Float64Array(state);
    this.#hiddenDelta = new Float64Array(state);
    this.#cellDelta = new Float64Array(state);
  }

  forward(inputs: Float64Array): void {
    const { steps, rows, units } = this.#shape;
    this.#projection.forward(this.#weights, inputs, this.#gates);
    for (let step = 0; step < steps; step++) {
      const gates = this.#gateSteps[step];
      if (step > 0) {
        const left = { values: this.#hiddenSteps[step - 1], rowStride: units, columnStride: 1 };
        multiply(this.#fromState, left, this.#weights.recurrent, null, rows, units, 4 * units);
        for (let i = 0; i < gates.length; i++) gates[i] += this.#fromState[i];
      }
      const before = step > 0 ? this.#cellSteps[step - 1] : this.#noState;
      moveCells(gates, before, this.#cellSteps[step], this.#hiddenSteps[step], units);
    }
  }

  backward(inputs: Float64Array, delta: Float64Array, inputDelta: Float64Array | null): void {
    const { steps, rows, units } = this.#shape;
    this.#back.load(this.#weights.recurrent);
    this.#hiddenDelta.fill(0);
    this.#cellDelta.fill(0);
    for (let step = steps - 1; step >= 0; step--) {
      const from = step * rows * units;
      for (let i = 0; i < this.#hiddenDelta.length; i++) this.#hiddenDelta[i] += delta[from + i];
      this.#stepBack(step);
      this.#back.run(this.#deltaSteps[step], rows, this.#hiddenDelta);
    }
    this.#projection.gradient(this.#gradient, inputs, this.#deltas);
    this.#recurrentGradient();
    if (inputDelta !== null) this.#projection.backward(this.#weights, this.#deltas, inputDelta);
  }

  /** From the gradient by the step's h' and c' to that by its gates, and by c. */
  #stepBack(step: number): void {
    const { units } = this.#shape;
    const gates = this.#gateSteps[step];
    const deltas = this.#deltaSteps[step];
    const cells = this.#cellSteps[step];
    const before = step > 0 ? this.#cellSteps[step - 1] : this.#noState;
    for (let at = 0; at < cells.length; at++) {
      const i = gateAt(at, units);
      const f = i + units;
      const g = f + units;
      const o = g + units;
      const tanhCell = Math.tanh(cells[at]);
      const byHidden = this.#hiddenDelta[at];
      const byCell = this.#cellDelta[at] + byHidden * gates[o] * (1 - tanhCell * tanhCell);
      deltas[i] = byCell * gates[g] * gates[i] * (1 - gates[i]);
      deltas[f] = byCell * before[at] * gates[f] * (1 - gates[f]);
      deltas[g] = byCell * gates[i] * (1 - gates[g] * gates[g]);
      deltas[o] = byHidden * tanhCell * gates[o] * (1 - gates[o]);
      this.#cellDelta[at] = byCell * gates[f];
    }
  }

  #recurrentGradient(): void {
    const { steps, rows, units } = this.#shape;
    const left = { values: this.outputs, rowStride: 1, columnStride: units };
    const later = this.#deltas.subarray(4 * rows * units);
    multiply(this.#gradient.recurrent, left, later, null, units, (steps - 1) * rows, 4 * units);
  }
}

/** Index of the first gate of the state at `at` (row by row, unit by unit). */
function gateAt(at: number, units: number): number {
  const unit = at % units;
  return 4 * (at - unit) + unit;
}

/** Applies sigmoid and tanh to the gates, in place, and moves cells and hidden state on by a step. */
function moveCells(
  gates: Float64Array,
  before: Float64Array,
  cells: Float64Array,
  hidden: Float64Array,
  units: number,
): void {
  for (let at = 0; at < cells.length; at++) {
    const i = gateAt(at, units);
    const f = i + units;
    const g = f + units;
    const o = g + units;
    gates[i] = sigmoid(gates[i]);
    gates[f] = sigmoid(gates[f]);
    gates[g] = Math.tanh(gates[g]);
    gates[o] = sigmoid(gates[o]);
    cells[at] = gates[f] * before[at] + gates[i] * gates[g];
    hidden[at] = gates[o] * Math.tanh(cells[at]);
  }
}
