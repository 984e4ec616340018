import { codeVersion } from '@stratlab/lab/version.ts';
import { Command, CommanderError } from 'commander';
import { commands } from './commands/index.ts';
import { describeFailure } from './failure.ts';

/** Runs the command that `argv` names. Exit code: 0 ok, 1 failed, 2 usage. */
export async function run(argv: readonly string[]): Promise<number> {
  const program = new Command('stratlab')
    .description('A research laboratory for trading strategies, used over MCP. It cannot trade.')
    .version(codeVersion)
    .showHelpAfterError('(--help shows what there is)')
    .exitOverride();
  for (const add of commands) add(program);
  for (const command of program.commands) command.exitOverride();
  try {
    await program.parseAsync(argv);
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const { shownError } = await import('@stratlab/lab/fault.ts');
    process.stderr.write(`${describeFailure(shownError(error))}\n`);
    return 1;
  }
}
