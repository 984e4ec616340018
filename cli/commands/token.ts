import type { Lab } from '@stratlab/lab/lab.ts';
import { parseEnd, parseScopes, type Scope, scopes } from '@stratlab/lab/token-flags.ts';
import type { Command } from 'commander';
import { flag } from '../usage.ts';

interface CreateOptions {
  scopes: readonly Scope[];
  expires?: number;
}

export function addToken(program: Command): void {
  const token = program.command('token').description('let someone use the lab over the network');
  token
    .command('create')
    .description('make a token and print it, this once; from the first one on, every client over the network needs one')
    .argument('<name>', 'who it is for, as the log and the record of calls will say')
    .requiredOption('--scopes <scopes>', `commas between: ${scopes.join(', ')}`, flag(parseScopes))
    .option(
      '--expires <date>',
      'its last day or instant (UTC); without it, it is good until it is revoked',
      flag((text) => parseEnd(text, 'expires')),
    )
    .action(create);
  token
    .command('list')
    .description('show who was given a token, and what for')
    .option('--json', 'print one JSON object')
    .action(list);
  token
    .command('revoke')
    .description('end a token at once, also for servers that are running')
    .argument('<name>', 'as it was made')
    .action(revoke);
}

async function create(name: string, { scopes, expires }: CreateOptions): Promise<void> {
  const { createToken } = await import('@stratlab/lab/create-token.ts');
  await withLab((lab) => {
    process.stdout.write(`${createToken(lab, { name, scopes, expiresAt: expires ?? null })}\n`);
    process.stderr.write('It is shown only now. Clients send it as Authorization: Bearer <token>.\n');
  });
}

async function list({ json }: { json?: boolean }): Promise<void> {
  const { listTokens } = await import('@stratlab/lab/list-tokens.ts');
  await withLab((lab) => {
    const tokens = listTokens(lab);
    const lines = tokens.map(({ name, scopes, state, expires_at }) => {
      const until = state === 'valid' && expires_at !== null ? ` until ${expires_at}` : '';
      return `${name}  ${scopes.join(',')}  ${state}${until}\n`;
    });
    process.stdout.write(json ? `${JSON.stringify({ tokens })}\n` : lines.join('') || 'No token was made yet.\n');
  });
}

async function revoke(name: string): Promise<void> {
  const { revokeToken } = await import('@stratlab/lab/revoke-token.ts');
  await withLab((lab) => {
    revokeToken(lab, name);
    process.stdout.write(`The token of ${name} opens nothing any more.\n`);
  });
}

async function withLab(act: (lab: Lab) => void): Promise<void> {
  const { openConfiguredLab } = await import('../open-lab.ts');
  const lab = openConfiguredLab({ work: false, quiet: true });
  try {
    act(lab);
  } finally {
    await lab.close();
  }
}
