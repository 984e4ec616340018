import { LabError } from '@stratlab/data/error.ts';
import { Unreachable } from '@stratlab/jobs/unreachable.ts';
import { fromWire, toWire } from '@stratlab/jobs/wire.ts';
import type { Configuration } from './configuration.ts';
import type { Letter } from './worker-letters.ts';

const answerWithinMs = 60_000;
/** The lab may have bars to put up first. */
const lendWithinMs = 240_000;

/** An answer that takes longer than `withinMs` is given up. */
export type Post = (letter: Letter, withinMs?: number) => Promise<unknown>;

/** Tells the lab that the configuration names, and is answered. Throws `Unreachable`, and `unavailable` where it refuses. */
export function letterBox({ labUrl, labToken }: Pick<Configuration, 'labUrl' | 'labToken'>): Post {
  if (labUrl === undefined) throw new LabError('invalid_input', 'No lab is named.', { path: 'STRATLAB_LAB_URL' });
  const address = new URL('/work', labUrl);
  const headers = {
    'Content-Type': 'application/json',
    ...(labToken !== undefined && { Authorization: `Bearer ${labToken}` }),
  };
  return async (letter, withinMs = letter.type === 'lend' ? lendWithinMs : answerWithinMs) => {
    const response = await fetch(address, {
      method: 'POST',
      headers,
      body: toWire(letter),
      signal: AbortSignal.timeout(withinMs),
    }).catch((cause: unknown) => {
      throw new Unreachable(`${address.host} cannot be reached`, { cause });
    });
    const text = await response.text().catch((cause: unknown) => {
      throw new Unreachable(`${address.host} broke off`, { cause });
    });
    if (response.ok) return fromWire(text);
    if (response.status === 429 || response.status >= 500) throw new Unreachable(`${address.host}: ${response.status}`);
    throw new LabError(
      'unavailable',
      `The lab at ${address.host} refuses this worker: ${response.status} ${text.slice(0, 300)}`,
      {
        hint: 'Give it a token: stratlab token create <name> --scopes lab:work, in STRATLAB_LAB_TOKEN or STRATLAB_LAB_TOKEN_FILE.',
      },
    );
  };
}
