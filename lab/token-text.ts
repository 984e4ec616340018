import { createHash, randomBytes } from 'node:crypto';

/** A token as it is sent: `slt_` and its id, which says which one it is, then 256 random bits. */
export function newTokenText(): { id: string; text: string } {
  const id = randomBytes(6).toString('hex');
  return { id, text: `slt_${id}_${randomBytes(32).toString('base64url')}` };
}

/** The id within a token; undefined for anything else. */
export function tokenIdOf(text: string): string | undefined {
  return /^slt_([0-9a-f]{12})_[\w-]{43}$/.exec(text)?.[1];
}

export function sha256Of(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
