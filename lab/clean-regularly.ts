import { cleanHome } from './clean-home.ts';
import type { Lab } from './lab.ts';

const everyMs = 6 * 3_600_000;
const firstAfterMs = 60_000;

/** Cleans the home once a server has settled, and then from time to time. Returns how to stop. */
export function cleanRegularly(lab: Pick<Lab, 'configuration' | 'database' | 'folders' | 'log'>): () => void {
  const clean = () => {
    try {
      const { removed, bytes } = cleanHome(lab);
      if (removed.length > 0) lab.log.info({ removed: removed.length, bytes }, 'cleaned');
    } catch (error) {
      lab.log.error({ err: error }, 'The home could not be cleaned; it is tried again later.');
    }
  };
  const first = setTimeout(clean, firstAfterMs).unref();
  const again = setInterval(clean, everyMs).unref();
  return () => {
    clearTimeout(first);
    clearInterval(again);
  };
}
