import { availableParallelism } from 'node:os';
import type { PerMessageDeflateOptions } from 'ws';

/**
 * Compression of long messages only: most are sent sooner than squeezed, and the list of tools too on any network of
 * today. Each message stands alone and the window is small, so a connection holds some 64 kB for it, and only once it
 * has sent a long one.
 */
export const deflate: PerMessageDeflateOptions = {
  threshold: 128 * 1024,
  serverNoContextTakeover: true,
  clientNoContextTakeover: true,
  serverMaxWindowBits: 13,
  zlibDeflateOptions: { level: 1, memLevel: 6 },
  concurrencyLimit: availableParallelism(),
};
