import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { lastLine } from './python.ts';

/** A program of `bench/reference/`, or why there is none. */
export type Program = { command: string } | { missing: string };

/** `bench/reference/<name>.c` built for this machine with the system's compiler, into `folder`. */
export function compiled(name: string, folder: string): Program {
  const source = resolve(import.meta.dirname, 'reference', `${name}.c`);
  const command = join(folder, name);
  try {
    execFileSync('cc', ['-O3', '-march=native', '-o', command, source, '-lm'], { encoding: 'utf8', stdio: 'pipe' });
    return { command };
  } catch (error) {
    return { missing: lastLine(error) };
  }
}
