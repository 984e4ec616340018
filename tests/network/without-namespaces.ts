import { Namespaces } from './namespaces.ts';

/** False where namespaces can be made, else what they need. */
export const withoutNamespaces: false | string = await (async () => {
  const trial = new Namespaces(`stratlab-try-${process.pid}`);
  try {
    trial.make();
    return false;
  } catch {
    return 'needs network namespaces: root, and ip of iproute2 (apt-get install iproute2)';
  } finally {
    await trial.remove().catch(() => {});
  }
})();
