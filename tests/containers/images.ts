import { execFileSync, type StdioOptions } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { root } from '../packaged.ts';

const configSchema = z.looseObject({
  User: z.string(),
  Entrypoint: z.array(z.string()),
  Env: z.array(z.string()),
});
const inspectSchema = z.looseObject({ OCIv1: z.looseObject({ config: configSchema }) });

/** Images that buildah makes without an engine, all of them below one folder. */
export class Images {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  build(name: string, args: readonly string[]): void {
    this.#buildah(['bud', '--isolation', 'chroot', '--layers', '--tag', name, ...args]);
  }

  /** `target` of a Dockerfile in docker/, with `given` in place of its arguments' defaults. */
  buildTarget(name: string, file: string, target: string, given: Record<string, string>): void {
    const path = join(root, 'docker', file);
    this.build(name, [
      ...['--ignorefile', `${path}.dockerignore`, '--file', path, '--target', target],
      ...Object.entries(given).flatMap(([argument, value]) => ['--build-arg', `${argument}=${value}`]),
      root,
    ]);
  }

  configOf(name: string): z.infer<typeof configSchema> {
    return inspectSchema.parse(JSON.parse(this.#buildah(['inspect', '--type', 'image', name]))).OCIv1.config;
  }

  /** The folder with the image's files. */
  mount(name: string): string {
    return this.#buildah(['mount', this.#buildah(['from', `localhost/${name}`])]);
  }

  /** Must come before the folder is removed. */
  unmount(): void {
    const lines = readFileSync('/proc/mounts', 'utf8').split('\n');
    const mounts = lines.flatMap((line) => line.split(' ').slice(1, 2)).filter((at) => at.startsWith(this.#folder));
    for (const innermostFirst of mounts.reverse()) execFileSync('umount', [innermostFirst]);
  }

  #buildah(args: readonly string[]): string {
    const storage = ['--root', join(this.#folder, 'storage'), '--runroot', join(this.#folder, 'run')];
    const stdio = ['ignore', 'pipe', 'inherit'] satisfies StdioOptions;
    return execFileSync('buildah', [...storage, ...args], { encoding: 'utf8', stdio, maxBuffer: 2 ** 26 }).trim();
  }
}
