import type { Command } from 'commander';

export function addDemo(program: Command): void {
  program
    .command('demo')
    .description('one complete research session through a real MCP client, in about a minute')
    .action(async () => {
      const { runDemo } = await import('../demo/session.ts');
      await runDemo();
    });
}
