/**
 * JSON that also carries what outcomes are made of and JSON cannot say: columns of numbers (as little-endian bytes) and
 * numbers that are not finite.
 */
export function toWire(value: unknown): string {
  return JSON.stringify(value, function replace(this: Record<string, unknown>, key) {
    const plain = this[key];
    if (plain instanceof Float64Array) return { $float64: bytesOf(plain) };
    if (typeof plain === 'number' && !Number.isFinite(plain)) return { $number: String(plain) };
    return plain;
  });
}

export function fromWire(text: string): unknown {
  return JSON.parse(text, (_, value) => {
    if (typeof value !== 'object' || value === null) return value;
    if (typeof value.$float64 === 'string') return columnOf(value.$float64);
    if (typeof value.$number === 'string') return Number(value.$number);
    return value;
  });
}

function bytesOf(column: Float64Array): string {
  return Buffer.from(column.buffer, column.byteOffset, column.byteLength).toString('base64');
}

function columnOf(text: string): Float64Array {
  const bytes = Buffer.from(text, 'base64');
  const column = new Float64Array(Math.floor(bytes.length / 8));
  new Uint8Array(column.buffer).set(bytes.subarray(0, column.byteLength));
  return column;
}
