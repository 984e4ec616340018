import { type Configuration, readConfiguration } from '@stratlab/lab/configuration.ts';
import { type Lab, openLab } from '@stratlab/lab/lab.ts';

interface OpenOptions {
  work?: boolean;
  quiet?: boolean;
  /** Settings that come before those of the environment. */
  overrides?: Partial<Configuration>;
}

/** The lab of this environment. `work: false` opens it to look or to write, and takes no job from its queue. */
export function openConfiguredLab(options: OpenOptions = {}): Lab {
  const { work = true, quiet = false, overrides = {} } = options;
  const level = quiet && process.env.STRATLAB_LOG_LEVEL === undefined ? { logLevel: 'warn' as const } : {};
  return openLab(readConfiguration(process.env, { ...level, ...overrides }), { work });
}
