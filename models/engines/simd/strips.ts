/** A matrix as the kernel keeps it (kernel/memory.ts): its columns are `gates` blocks of `units`, each filled up to 8. */
export interface StripShape {
  readonly rows: number;
  /** Rows with what fills them up to 4; a row of biases is not filled up. */
  readonly height: number;
  readonly gates: number;
  readonly units: number;
}

/** The next multiple of four: rows. */
export function padded(count: number): number {
  return Math.ceil(count / 4) * 4;
}

/** The next multiple of eight: columns. */
export function wholeStrips(count: number): number {
  return Math.ceil(count / 8) * 8;
}

/** Copies a row-major matrix into strips; the lanes that fill up are left alone. */
export function toStrips(strips: Float32Array, matrix: Float64Array, shape: StripShape): void {
  eachColumn(shape, (column, first) => {
    const columns = shape.gates * shape.units;
    for (let row = 0; row < shape.rows; row++) strips[first + 8 * row] = matrix[row * columns + column];
  });
}

/** Copies a matrix in strips into a row-major one. */
export function fromStrips(matrix: Float64Array, strips: Float32Array, shape: StripShape): void {
  eachColumn(shape, (column, first) => {
    const columns = shape.gates * shape.units;
    for (let row = 0; row < shape.rows; row++) matrix[row * columns + column] = strips[first + 8 * row];
  });
}

export function stripFloats({ height, gates, units }: StripShape): number {
  return height * gates * wholeStrips(units);
}

function eachColumn({ height, gates, units }: StripShape, visit: (column: number, first: number) => void): void {
  for (let gate = 0; gate < gates; gate++) {
    for (let unit = 0; unit < units; unit++) {
      const at = gate * wholeStrips(units) + unit;
      visit(gate * units + unit, Math.floor(at / 8) * 8 * height + (at % 8));
    }
  }
}
