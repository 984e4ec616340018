import { createHash } from 'node:crypto';
import { type Bars, barColumns } from './bars.ts';

/** SHA-256 in hex; text is hashed as UTF-8. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Content hash of bars: SHA-256 over their columns, in order, as little-endian float64. */
export function hashBars(bars: Bars): string {
  const hash = createHash('sha256');
  for (const name of barColumns) {
    const column = bars[name];
    hash.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
  }
  return hash.digest('hex');
}
