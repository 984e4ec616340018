import type { Command } from 'commander';

interface ServeOptions {
  toolsets?: string;
  readOnly?: boolean;
}

export function addServe(program: Command): void {
  program
    .command('serve')
    .description('serve the lab to an MCP client over stdin and stdout')
    .option(
      '--toolsets <names>',
      'core, all, or headings separated by commas (data,strategy,training,backtest,evidence,knowledge,system)',
    )
    .option('--read-only', 'offer only tools that change nothing')
    .action(serve);
}

async function serve({ toolsets, readOnly }: ServeOptions): Promise<void> {
  const { serveStdio } = await import('@stratlab/mcp/stdio.ts');
  const { openConfiguredLab } = await import('../open-lab.ts');
  const lab = openConfiguredLab();
  try {
    await serveStdio(lab, {
      ...(toolsets === undefined ? {} : { toolsets }),
      ...(readOnly === undefined ? {} : { readOnly }),
    });
  } finally {
    await lab.close();
  }
}
