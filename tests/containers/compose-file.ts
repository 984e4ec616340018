import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { root } from '../packaged.ts';

const words = z.array(z.string());

/** What every service must say; one that says less does not parse. */
const serviceSchema = z.looseObject({
  image: z.string(),
  profiles: words.min(1),
  user: z.string().regex(/^[1-9]\d*:[1-9]\d*$/),
  init: z.literal(true),
  read_only: z.literal(true),
  cap_drop: z.tuple([z.literal('ALL')]),
  security_opt: z.tuple([z.literal('no-new-privileges:true')]),
  tmpfs: words,
  mem_limit: z.string(),
  cpus: z.number().positive(),
  pids_limit: z.int().positive(),
  networks: words,
  volumes: words,
  secrets: words.default([]),
  ports: words.default([]),
  environment: z.record(z.string(), z.string()).default({}),
  command: words.optional(),
});

const composeSchema = z.strictObject({
  'x-hardened': z.unknown().optional(),
  services: z.record(z.string(), serviceSchema),
  networks: z.record(z.string(), z.looseObject({ internal: z.boolean().default(false) })).default({}),
  volumes: z.record(z.string(), z.null()).default({}),
  secrets: z.record(z.string(), z.strictObject({ file: z.string() })).default({}),
});

export type Service = z.infer<typeof serviceSchema>;
export type Compose = z.infer<typeof composeSchema>;

export function readCompose(file: string): Compose {
  return composeSchema.parse(parse(readFileSync(join(root, 'docker', file), 'utf8'), { merge: true }));
}

/** Source, place in the container, and whether it may only be read there. */
export function mountOf(volume: string): { source: string; target: string; readOnly: boolean } {
  const [, source, target, mode] = /^(.+?):(\/[^:]*)(?::(ro|rw))?$/.exec(volume) ?? [];
  if (source === undefined || target === undefined) throw new Error(`${volume} is not a volume of compose.yaml`);
  return { source, target, readOnly: mode === 'ro' };
}
