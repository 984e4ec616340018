/** What asks for a position, as columns of one value per bar: 1 where it does. */
export interface SideColumns {
  readonly enterLong: Uint8Array;
  readonly exitLong: Uint8Array;
  readonly enterShort: Uint8Array;
  readonly exitShort: Uint8Array;
}

/** When a signal in [-1, 1] asks for a position; a NaN one wants none. */
export interface SignalReading {
  /** A side is wanted where |signal| reaches it, and is not 0. */
  readonly threshold: number;
  /** True: flat again as soon as the signal falls below the threshold. False: held until the opposite signal. */
  readonly positionAwareness: boolean;
}

export function sidesAskedBySignal(signal: Float64Array, reading: SignalReading): SideColumns {
  const { threshold, positionAwareness } = reading;
  const wanted = Int8Array.from(signal, (value) => {
    const size = Math.abs(value);
    return size >= threshold && size > 0 ? Math.sign(value) : 0;
  });
  const where = (holds: (side: number) => boolean) => Uint8Array.from(wanted, (side) => Number(holds(side)));
  return {
    enterLong: where((side) => side > 0),
    exitLong: where((side) => side < 0 || (positionAwareness && side === 0)),
    enterShort: where((side) => side < 0),
    exitShort: where((side) => side > 0 || (positionAwareness && side === 0)),
  };
}

/**
 * The side held after each bar: -1, 0 or 1; flat before `firstRow`. A side whose entry and exit are both asked for, or
 * both entries, is no entry; an entry of the other side turns the position.
 */
export function heldSides(columns: SideColumns, firstRow: number): Int8Array {
  const { enterLong, exitLong, enterShort, exitShort } = columns;
  const sides = new Int8Array(enterLong.length);
  let side = 0;
  for (let row = firstRow; row < sides.length; row++) {
    const long = enterLong[row] & ~exitLong[row];
    const short = enterShort[row] & ~exitShort[row];
    const wanted = enterLong[row] === enterShort[row] ? 0 : long - short;
    const exits = side > 0 ? exitLong[row] === 1 : side < 0 && exitShort[row] === 1;
    if (wanted !== 0 && wanted !== side) side = wanted;
    else if (exits) side = 0;
    sides[row] = side;
  }
  return sides;
}
