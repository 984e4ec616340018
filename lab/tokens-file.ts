import { readFileSync } from 'node:fs';
import { LabError } from '@stratlab/data/error.ts';
import { checkName } from './create-token.ts';
import { parseScopes, type Scope } from './scope.ts';
import { sha256Of } from './token-text.ts';

/** A token that was given in a file, a secret of a container. */
export interface GivenToken {
  name: string;
  scopes: readonly Scope[];
  sha256: Buffer;
}

const shortestToken = 32;

/**
 * The tokens of a file: a line each of name, scopes with commas between, and the token itself or `sha256:` and its
 * hash; `#` begins a comment. Throws `invalid_input` naming the line.
 */
export function readTokensFile(file: string): GivenToken[] {
  return textOf(file)
    .split('\n')
    .flatMap((text, k) => {
      const line = text.replace(/#.*/, '').trim();
      return line === '' ? [] : [tokenOf(line, `${file}:${k + 1}`)];
    });
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new LabError('unavailable', `The file of tokens ${file} cannot be read.`, {
      hint: 'STRATLAB_TOKENS_FILE names it; check that it is there and who may read it.',
      cause,
    });
  }
}

function tokenOf(line: string, path: string): GivenToken {
  const [name = '', scopes = '', secret = '', ...more] = line.split(/\s+/);
  const hash = /^sha256:([0-9a-f]{64})$/i.exec(secret)?.[1];
  if (more.length > 0 || (hash === undefined && (secret.length < shortestToken || secret.startsWith('sha256:')))) {
    throw new LabError('invalid_input', `${path} is not a token.`, {
      path,
      hint: `Write: name lab:read,lab:run token — the token of at least ${shortestToken} characters, or sha256: and its 64 digits.`,
    });
  }
  checkName(name);
  return {
    name,
    scopes: parseScopes(scopes),
    sha256: hash === undefined ? sha256Of(secret) : Buffer.from(hash, 'hex'),
  };
}
