import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { LabError } from '@stratlab/data/error.ts';
import { z } from 'zod';

const whole = z.coerce.number().int();

const bareHost = /^(\[[0-9a-f:.]+\]|[^\s/:]+)$/i;

/** Host names with commas between. */
const hosts = () =>
  z
    .string()
    .default('')
    .transform((text) => text.split(',').flatMap((name) => name.trim().toLowerCase() || []))
    .refine((names) => names.every((name) => bareHost.test(name)), 'wants host names without scheme and port');

/** The variable of a setting, what it means, and how its default is shown where that is not its value. */
const described = z.registry<{ variable: string; meaning: string; shown?: string | undefined }>();

function setting<T extends z.ZodType>(variable: string, meaning: string, schema: T, shown?: string): T {
  described.add(schema, { variable, meaning, shown });
  return schema;
}

/** Every setting of the lab with its default. The table in `specification/settings.md` is made from it. */
const configurationSchema = z.strictObject({
  home: setting(
    'STRATLAB_HOME',
    'Folder that holds everything: data, strategies, models, results, the database',
    z.string().min(1).default('./.lab'),
  ),
  workers: setting(
    'STRATLAB_WORKERS',
    'Jobs that run at once, each in its own process',
    whole.min(0).max(256).default(Math.max(1, availableParallelism())),
    'the number of cores',
  ),
  gpus: setting('STRATLAB_GPUS', 'Jobs for a GPU that run at once; one for each GPU', whole.min(0).max(64).default(0)),
  redisUrl: setting(
    'STRATLAB_REDIS_URL',
    'Redis that wakes workers on several hosts (BullMQ); without it they look for jobs themselves',
    z.url({ protocol: /^rediss?$/ }).optional(),
    'none',
  ),
  labUrl: setting(
    'STRATLAB_LAB_URL',
    'Lab that `stratlab worker` works for over HTTP, where it is on another host',
    z.url({ protocol: /^https?$/ }).optional(),
    'the lab in the home',
  ),
  labToken: setting(
    'STRATLAB_LAB_TOKEN',
    'Token with the scope `lab:work` that such a worker shows',
    z.string().min(1).optional(),
    'none',
  ),
  s3Bucket: setting(
    'STRATLAB_S3_BUCKET',
    'Bucket through which lab and workers on other hosts exchange bars, models and results; region and credentials as the AWS SDK finds them',
    z.string().min(1).optional(),
    'the home is a shared volume',
  ),
  s3Endpoint: setting(
    'STRATLAB_S3_ENDPOINT',
    'Address of S3-compatible storage that holds it',
    z.url({ protocol: /^https?$/ }).optional(),
    'that of AWS',
  ),
  s3Prefix: setting(
    'STRATLAB_S3_PREFIX',
    'What the names of its objects begin with',
    z
      .string()
      .regex(/^([\w.-]+\/)*$/, 'wants names with a slash after each')
      .default('stratlab/'),
  ),
  jobLimitMs: setting(
    'STRATLAB_JOB_LIMIT_MS',
    'The longest that one attempt of a job may run, in milliseconds',
    whole.min(1000).default(86_400_000),
  ),
  jobHeapMb: setting(
    'STRATLAB_JOB_HEAP_MB',
    "Most memory for objects in a job's process, in MiB",
    whole.min(64).default(4096),
  ),
  leaseMs: setting(
    'STRATLAB_LEASE_MS',
    'Silence after which a job of a dead server is taken up again, in milliseconds',
    whole.min(500).max(600_000).default(5000),
  ),
  inlineBars: setting(
    'STRATLAB_INLINE_BARS',
    'A backtest of more bars than this runs as a job',
    whole.min(0).default(200_000),
  ),
  freeDiskMb: setting(
    'STRATLAB_FREE_DISK_MB',
    'Free space on the disk of the home below which jobs wait, in MiB',
    whole.min(0).default(1024),
  ),
  freeMemoryMb: setting(
    'STRATLAB_FREE_MEMORY_MB',
    'Free memory, of a container where it has a limit, below which jobs wait, in MiB',
    whole.min(0).default(512),
  ),
  keepResultsDays: setting(
    'STRATLAB_KEEP_RESULTS_DAYS',
    'Age at which bars and trades of a backtest are removed, never its figures; 0 keeps them',
    whole.min(0).default(365),
  ),
  keepResultsMb: setting(
    'STRATLAB_KEEP_RESULTS_MB',
    'Size of all such files beyond which the oldest are removed, in MiB; 0 keeps them',
    whole.min(0).default(20_480),
  ),
  keepJobsDays: setting(
    'STRATLAB_KEEP_JOBS_DAYS',
    'Age at which orders and events of ended jobs are removed, never their results; 0 keeps them',
    whole.min(0).default(90),
  ),
  keepLeftoversDays: setting(
    'STRATLAB_KEEP_LEFTOVERS_DAYS',
    'Age at which checkpoints of ended trainings and files that nothing names are removed; 0 keeps them',
    whole.min(0).default(1),
  ),
  logLevel: setting(
    'STRATLAB_LOG_LEVEL',
    'trace, debug, info, warn, error, fatal or silent; JSON lines on stderr',
    z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  ),
  httpHost: setting(
    'STRATLAB_HTTP_HOST',
    'Address that `serve --http` and `--ws` listen on; any but loopback needs tokens or OAuth',
    z.string().min(1).default('127.0.0.1'),
  ),
  httpPort: setting(
    'STRATLAB_HTTP_PORT',
    'Port that they listen on; 0 takes a free one',
    whole.min(0).max(65_535).default(3100),
  ),
  publicUrl: setting(
    'STRATLAB_PUBLIC_URL',
    'Address under which clients reach the lab, such as `https://lab.example.org`; its host is allowed',
    z.url({ protocol: /^https?$/ }).optional(),
    'where it listens',
  ),
  allowedHosts: setting(
    'STRATLAB_ALLOWED_HOSTS',
    'Host names, beside those of loopback, under which the lab answers; commas between',
    hosts(),
    'none',
  ),
  allowedOrigins: setting(
    'STRATLAB_ALLOWED_ORIGINS',
    'Host names whose web pages may call the lab from a browser; commas between',
    hosts(),
    'none',
  ),
  tokensFile: setting(
    'STRATLAB_TOKENS_FILE',
    'File of tokens beside those of `stratlab token`: a line each of name, scopes, token or `sha256:` hash',
    z.string().min(1).optional(),
    'none',
  ),
  oauthIssuer: setting(
    'STRATLAB_OAUTH_ISSUER',
    'Issuer whose OAuth access tokens (JWT) are accepted',
    z.url().optional(),
    'none',
  ),
  oauthJwks: setting('STRATLAB_OAUTH_JWKS', "Where the issuer's public keys are", z.url().optional(), 'none'),
  oauthAudience: setting(
    'STRATLAB_OAUTH_AUDIENCE',
    'Audience that those tokens must be for',
    z.string().min(1).optional(),
    'the public URL with `/mcp`',
  ),
  bodyBytes: setting(
    'STRATLAB_HTTP_BODY_BYTES',
    'Largest body of a request, in bytes',
    whole.min(1024).max(67_108_864).default(4_194_304),
  ),
  messageRate: setting(
    'STRATLAB_HTTP_RATE',
    'Messages a second that one principal may send; ten seconds of them may come at once',
    whole.min(1).default(500),
  ),
  messagesAtOnce: setting(
    'STRATLAB_HTTP_CONCURRENCY',
    'Messages of one principal that may be in work at once',
    whole.min(1).default(256),
  ),
  headerTimeoutMs: setting(
    'STRATLAB_HTTP_HEADER_TIMEOUT_MS',
    'Time in which the head of a request must have come, in milliseconds',
    whole.min(100).default(10_000),
  ),
  requestTimeoutMs: setting(
    'STRATLAB_HTTP_REQUEST_TIMEOUT_MS',
    'Time in which a whole request must have come, in milliseconds',
    whole.min(100).default(30_000),
  ),
  sessions: setting(
    'STRATLAB_HTTP_SESSIONS',
    'Sessions of 2025-era clients that are kept at once',
    whole.min(1).default(1000),
  ),
  sessionIdleMs: setting(
    'STRATLAB_HTTP_SESSION_IDLE_MS',
    'Silence after which such a session is ended, in milliseconds',
    whole.min(1000).max(86_400_000).default(1_800_000),
  ),
});

export const settings = configurationSchema.shape;

/** `home` is absolute. */
export type Configuration = z.output<typeof configurationSchema>;

function descriptionOf(schema: z.ZodType) {
  const description = described.get(schema);
  if (description === undefined) throw new Error('A setting is described by `setting`.');
  return description;
}

/** What a setting means, for the help of a flag. */
export function meaningOf(schema: z.ZodType): string {
  return descriptionOf(schema).meaning;
}

/** The value of a setting as someone wrote it; of nothing, its default. Throws `invalid_input` naming the variable. */
export function parseSetting<T>(schema: z.ZodType<T>, text: string | undefined): T {
  const parsed = schema.safeParse(text || undefined);
  if (parsed.success) return parsed.data;
  throw refusal(schema, text, parsed.error.issues[0].message);
}

function refusal(schema: z.ZodType, text: string | undefined, why: string): LabError {
  const { variable, meaning } = descriptionOf(schema);
  return new LabError('invalid_input', `${variable} is "${text}": ${why}.`, { path: variable, hint: meaning });
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
  const texts = new Map(
    Object.entries(settings).map(([name, schema]) => {
      const { variable } = descriptionOf(schema);
      return [name, (environment[variable] ?? contentOf(environment, variable)) || undefined];
    }),
  );
  const parsed = configurationSchema.safeParse(Object.fromEntries(texts));
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    const name = String(path[0]);
    const schema = Object.entries(settings).find(([one]) => one === name)?.[1] ?? configurationSchema;
    throw refusal(schema, texts.get(name), message);
  }
  const configuration = { ...parsed.data, ...overrides };
  return { ...configuration, home: resolve(configuration.home) };
}

/** The settings as a Markdown table. */
export function settingsTable(): string {
  const rows = Object.values(settings).map((schema) => {
    const { variable, meaning, shown = `\`${String(schema.parse(undefined))}\`` } = descriptionOf(schema);
    return `| \`${variable}\` | ${meaning} | ${shown} |`;
  });
  return ['| variable | meaning | default |', '|---|---|---|', ...rows].join('\n');
}
