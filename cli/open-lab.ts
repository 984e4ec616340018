import { readConfiguration } from '@stratlab/lab/configuration.ts';
import { type Lab, openLab } from '@stratlab/lab/lab.ts';

/** The lab of this environment. `work: false` opens it to look or to write, and takes no job from its queue. */
export function openConfiguredLab(options: { work?: boolean; quiet?: boolean } = {}): Lab {
  const { work = true, quiet = false } = options;
  return openLab(
    readConfiguration(process.env, quiet && process.env.STRATLAB_LOG_LEVEL === undefined ? { logLevel: 'warn' } : {}),
    { work },
  );
}
