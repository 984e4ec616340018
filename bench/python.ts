import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A Python that has what a peer needs, or why there is none. */
export type Python = { command: string } | { missing: string };

/**
 * The machine's `python3` with the wheel `requirement` (`TA-Lib`, `vectorbt==1.1.0`), in an environment of its own that
 * is made once and kept in the system's temp folder. `module` is what a program imports from it.
 */
export function pythonWith(requirement: string, module: string): Python {
  const environment = join(tmpdir(), 'stratlab-peers', requirement);
  const command = join(environment, 'bin', 'python');
  const quiet = (program: string, ...args: string[]) =>
    execFileSync(program, args, { encoding: 'utf8', stdio: 'pipe' });
  const importModule = () => quiet(command, '-c', `import ${module}`);
  try {
    importModule();
    return { command };
  } catch {
    // not made yet, or half made
  }
  try {
    quiet('python3', '-m', 'venv', '--clear', environment);
    quiet(command, '-m', 'pip', 'install', '--quiet', '--only-binary', ':all:', requirement);
    importModule();
    return { command };
  } catch (error) {
    return { missing: lastLine(error) };
  }
}

/** What a program that failed said last. */
export function lastLine(error: unknown): string {
  const said = error instanceof Error && 'stderr' in error && typeof error.stderr === 'string' ? error.stderr : '';
  return (said.trim() || String(error)).split('\n').at(-1) ?? '';
}
