import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { LabError } from '@stratlab/data/error.ts';
import { z } from 'zod';

const whole = z.coerce.number().int();

/** Every setting of the lab: environment variable, meaning, default. The README's table is made from it. */
export const settings = {
  home: {
    variable: 'STRATLAB_HOME',
    meaning: 'Folder that holds everything: data, strategies, models, results, the database',
    schema: z.string().min(1).default('./.lab'),
  },
  workers: {
    variable: 'STRATLAB_WORKERS',
    meaning: 'Jobs that run at once, each in its own process',
    schema: whole.min(1).max(256).default(Math.max(1, availableParallelism())),
    shown: 'the number of cores',
  },
  leaseMs: {
    variable: 'STRATLAB_LEASE_MS',
    meaning: 'Silence after which a job of a dead server is taken up again, in milliseconds',
    schema: whole.min(500).max(600_000).default(5000),
  },
  inlineBars: {
    variable: 'STRATLAB_INLINE_BARS',
    meaning: 'A backtest of more bars than this runs as a job',
    schema: whole.min(0).default(200_000),
  },
  logLevel: {
    variable: 'STRATLAB_LOG_LEVEL',
    meaning: 'trace, debug, info, warn, error, fatal or silent; JSON lines on stderr',
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  },
} as const;

export interface Configuration {
  /** Absolute. */
  home: string;
  workers: number;
  leaseMs: number;
  inlineBars: number;
  logLevel: z.output<typeof settings.logLevel.schema>;
}

/** Settings from the environment, `overrides` (flags of a command) before it. Throws `invalid_input` naming the variable. */
export function readConfiguration(
  environment: NodeJS.ProcessEnv,
  overrides: Partial<Configuration> = {},
): Configuration {
  const read = <T>(setting: { variable: string; meaning: string; schema: z.ZodType<T> }): T => {
    const parsed = setting.schema.safeParse(environment[setting.variable] || undefined);
    if (parsed.success) return parsed.data;
    throw new LabError(
      'invalid_input',
      `${setting.variable} is "${environment[setting.variable]}": ${parsed.error.issues[0].message}.`,
      {
        path: setting.variable,
        hint: setting.meaning,
      },
    );
  };
  const configuration: Configuration = {
    home: read(settings.home),
    workers: read(settings.workers),
    leaseMs: read(settings.leaseMs),
    inlineBars: read(settings.inlineBars),
    logLevel: read(settings.logLevel),
    ...overrides,
  };
  return { ...configuration, home: resolve(configuration.home) };
}

/** The settings as a Markdown table. */
export function settingsTable(): string {
  const rows = Object.values(settings).map((setting) => {
    const shown = 'shown' in setting ? setting.shown : `\`${String(setting.schema.parse(undefined))}\``;
    return `| \`${setting.variable}\` | ${setting.meaning} | ${shown} |`;
  });
  return ['| variable | meaning | default |', '|---|---|---|', ...rows].join('\n');
}
