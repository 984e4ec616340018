import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { LabError } from '@stratlab/data/error.ts';
import { z } from 'zod';

const whole = z.coerce.number().int();

const bareHost = /^(\[[0-9a-f:.]+\]|[^\s/:]+)$/i;

/** Host names with commas between. */
const hosts = z
  .string()
  .default('')
  .transform((text) => text.split(',').flatMap((name) => name.trim().toLowerCase() || []))
  .refine((names) => names.every((name) => bareHost.test(name)), 'wants host names without scheme and port');

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
    schema: whole.min(0).max(256).default(Math.max(1, availableParallelism())),
    shown: 'the number of cores',
  },
  gpus: {
    variable: 'STRATLAB_GPUS',
    meaning: 'Jobs for a GPU that run at once; one for each GPU',
    schema: whole.min(0).max(64).default(0),
  },
  redisUrl: {
    variable: 'STRATLAB_REDIS_URL',
    meaning: 'Redis that wakes workers on several hosts (BullMQ); without it they look for jobs themselves',
    schema: z.url({ protocol: /^rediss?$/ }).optional(),
    shown: 'none',
  },
  labUrl: {
    variable: 'STRATLAB_LAB_URL',
    meaning: 'Lab that `stratlab worker` works for over HTTP, where it is on another host',
    schema: z.url({ protocol: /^https?$/ }).optional(),
    shown: 'the lab in the home',
  },
  labToken: {
    variable: 'STRATLAB_LAB_TOKEN',
    meaning: 'Token with the scope `lab:work` that such a worker shows',
    schema: z.string().min(1).optional(),
    shown: 'none',
  },
  jobLimitMs: {
    variable: 'STRATLAB_JOB_LIMIT_MS',
    meaning: 'The longest that one attempt of a job may run, in milliseconds',
    schema: whole.min(1000).default(86_400_000),
  },
  jobHeapMb: {
    variable: 'STRATLAB_JOB_HEAP_MB',
    meaning: "Most memory for objects in a job's process, in MiB",
    schema: whole.min(64).default(4096),
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
  freeDiskMb: {
    variable: 'STRATLAB_FREE_DISK_MB',
    meaning: 'Free space on the disk of the home below which jobs wait, in MiB',
    schema: whole.min(0).default(1024),
  },
  freeMemoryMb: {
    variable: 'STRATLAB_FREE_MEMORY_MB',
    meaning: 'Free memory, of a container where it has a limit, below which jobs wait, in MiB',
    schema: whole.min(0).default(512),
  },
  keepResultsDays: {
    variable: 'STRATLAB_KEEP_RESULTS_DAYS',
    meaning: 'Age at which bars and trades of a backtest are removed, never its figures; 0 keeps them',
    schema: whole.min(0).default(365),
  },
  keepResultsMb: {
    variable: 'STRATLAB_KEEP_RESULTS_MB',
    meaning: 'Size of all such files beyond which the oldest are removed, in MiB; 0 keeps them',
    schema: whole.min(0).default(20_480),
  },
  keepJobsDays: {
    variable: 'STRATLAB_KEEP_JOBS_DAYS',
    meaning: 'Age at which orders and events of ended jobs are removed, never their results; 0 keeps them',
    schema: whole.min(0).default(90),
  },
  keepLeftoversDays: {
    variable: 'STRATLAB_KEEP_LEFTOVERS_DAYS',
    meaning: 'Age at which checkpoints of ended trainings and files that nothing names are removed; 0 keeps them',
    schema: whole.min(0).default(1),
  },
  logLevel: {
    variable: 'STRATLAB_LOG_LEVEL',
    meaning: 'trace, debug, info, warn, error, fatal or silent; JSON lines on stderr',
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  },
  httpHost: {
    variable: 'STRATLAB_HTTP_HOST',
    meaning: 'Address that `serve --http` and `--ws` listen on; any but loopback needs tokens or OAuth',
    schema: z.string().min(1).default('127.0.0.1'),
  },
  httpPort: {
    variable: 'STRATLAB_HTTP_PORT',
    meaning: 'Port that they listen on; 0 takes a free one',
    schema: whole.min(0).max(65_535).default(3100),
  },
  publicUrl: {
    variable: 'STRATLAB_PUBLIC_URL',
    meaning: 'Address under which clients reach the lab, such as `https://lab.example.org`; its host is allowed',
    schema: z.url({ protocol: /^https?$/ }).optional(),
    shown: 'where it listens',
  },
  allowedHosts: {
    variable: 'STRATLAB_ALLOWED_HOSTS',
    meaning: 'Host names, beside those of loopback, under which the lab answers; commas between',
    schema: hosts,
    shown: 'none',
  },
  allowedOrigins: {
    variable: 'STRATLAB_ALLOWED_ORIGINS',
    meaning: 'Host names whose web pages may call the lab from a browser; commas between',
    schema: hosts,
    shown: 'none',
  },
  tokensFile: {
    variable: 'STRATLAB_TOKENS_FILE',
    meaning: 'File of tokens beside those of `stratlab token`: a line each of name, scopes, token or `sha256:` hash',
    schema: z.string().min(1).optional(),
    shown: 'none',
  },
  oauthIssuer: {
    variable: 'STRATLAB_OAUTH_ISSUER',
    meaning: 'Issuer whose OAuth access tokens (JWT) are accepted',
    schema: z.url().optional(),
    shown: 'none',
  },
  oauthJwks: {
    variable: 'STRATLAB_OAUTH_JWKS',
    meaning: "Where the issuer's public keys are",
    schema: z.url().optional(),
    shown: 'none',
  },
  oauthAudience: {
    variable: 'STRATLAB_OAUTH_AUDIENCE',
    meaning: 'Audience that those tokens must be for',
    schema: z.string().min(1).optional(),
    shown: 'the public URL with `/mcp`',
  },
  bodyBytes: {
    variable: 'STRATLAB_HTTP_BODY_BYTES',
    meaning: 'Largest body of a request, in bytes',
    schema: whole.min(1024).max(67_108_864).default(4_194_304),
  },
  messageRate: {
    variable: 'STRATLAB_HTTP_RATE',
    meaning: 'Messages a second that one principal may send; ten seconds of them may come at once',
    schema: whole.min(1).default(500),
  },
  messagesAtOnce: {
    variable: 'STRATLAB_HTTP_CONCURRENCY',
    meaning: 'Messages of one principal that may be in work at once',
    schema: whole.min(1).default(256),
  },
  headerTimeoutMs: {
    variable: 'STRATLAB_HTTP_HEADER_TIMEOUT_MS',
    meaning: 'Time in which the head of a request must have come, in milliseconds',
    schema: whole.min(100).default(10_000),
  },
  requestTimeoutMs: {
    variable: 'STRATLAB_HTTP_REQUEST_TIMEOUT_MS',
    meaning: 'Time in which a whole request must have come, in milliseconds',
    schema: whole.min(100).default(30_000),
  },
  sessions: {
    variable: 'STRATLAB_HTTP_SESSIONS',
    meaning: 'Sessions of 2025-era clients that are kept at once',
    schema: whole.min(1).default(1000),
  },
  sessionIdleMs: {
    variable: 'STRATLAB_HTTP_SESSION_IDLE_MS',
    meaning: 'Silence after which such a session is ended, in milliseconds',
    schema: whole.min(1000).max(86_400_000).default(1_800_000),
  },
} as const;

export interface Configuration {
  /** Absolute. */
  home: string;
  workers: number;
  gpus: number;
  redisUrl: string | undefined;
  labUrl: string | undefined;
  labToken: string | undefined;
  jobLimitMs: number;
  jobHeapMb: number;
  leaseMs: number;
  inlineBars: number;
  freeDiskMb: number;
  freeMemoryMb: number;
  keepResultsDays: number;
  keepResultsMb: number;
  keepJobsDays: number;
  keepLeftoversDays: number;
  logLevel: z.output<typeof settings.logLevel.schema>;
  httpHost: string;
  httpPort: number;
  publicUrl: string | undefined;
  allowedHosts: readonly string[];
  allowedOrigins: readonly string[];
  tokensFile: string | undefined;
  oauthIssuer: string | undefined;
  oauthJwks: string | undefined;
  oauthAudience: string | undefined;
  bodyBytes: number;
  messageRate: number;
  messagesAtOnce: number;
  headerTimeoutMs: number;
  requestTimeoutMs: number;
  sessions: number;
  sessionIdleMs: number;
}

interface Setting<T> {
  variable: string;
  meaning: string;
  schema: z.ZodType<T>;
}

/** The value of a setting as someone wrote it; of nothing, its default. Throws `invalid_input` naming the variable. */
export function parseSetting<T>({ variable, meaning, schema }: Setting<T>, text: string | undefined): T {
  const parsed = schema.safeParse(text || undefined);
  if (parsed.success) return parsed.data;
  throw new LabError('invalid_input', `${variable} is "${text}": ${parsed.error.issues[0].message}.`, {
    path: variable,
    hint: meaning,
  });
}

/** What stands in the file that `<variable>_FILE` names, as container engines hand over secrets. */
function contentOf(environment: NodeJS.ProcessEnv, variable: string): string | undefined {
  const file = environment[`${variable}_FILE`];
  if (file === undefined || file === '') return undefined;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    const hint = 'Name a file that this process may read.';
    throw new LabError('invalid_input', `${variable}_FILE names ${file}, which cannot be read.`, { hint, cause });
  }
}

/** Settings from the environment, `overrides` (flags of a command) before it. Throws `invalid_input` naming the variable. */
export function readConfiguration(
  environment: NodeJS.ProcessEnv,
  overrides: Partial<Configuration> = {},
): Configuration {
  const read = <T>(setting: Setting<T>): T =>
    parseSetting(setting, environment[setting.variable] ?? contentOf(environment, setting.variable));
  const configuration: Configuration = {
    home: read(settings.home),
    workers: read(settings.workers),
    gpus: read(settings.gpus),
    redisUrl: read(settings.redisUrl),
    labUrl: read(settings.labUrl),
    labToken: read(settings.labToken),
    jobLimitMs: read(settings.jobLimitMs),
    jobHeapMb: read(settings.jobHeapMb),
    leaseMs: read(settings.leaseMs),
    inlineBars: read(settings.inlineBars),
    freeDiskMb: read(settings.freeDiskMb),
    freeMemoryMb: read(settings.freeMemoryMb),
    keepResultsDays: read(settings.keepResultsDays),
    keepResultsMb: read(settings.keepResultsMb),
    keepJobsDays: read(settings.keepJobsDays),
    keepLeftoversDays: read(settings.keepLeftoversDays),
    logLevel: read(settings.logLevel),
    httpHost: read(settings.httpHost),
    httpPort: read(settings.httpPort),
    publicUrl: read(settings.publicUrl),
    allowedHosts: read(settings.allowedHosts),
    allowedOrigins: read(settings.allowedOrigins),
    tokensFile: read(settings.tokensFile),
    oauthIssuer: read(settings.oauthIssuer),
    oauthJwks: read(settings.oauthJwks),
    oauthAudience: read(settings.oauthAudience),
    bodyBytes: read(settings.bodyBytes),
    messageRate: read(settings.messageRate),
    messagesAtOnce: read(settings.messagesAtOnce),
    headerTimeoutMs: read(settings.headerTimeoutMs),
    requestTimeoutMs: read(settings.requestTimeoutMs),
    sessions: read(settings.sessions),
    sessionIdleMs: read(settings.sessionIdleMs),
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
