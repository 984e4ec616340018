import { writeFileAtomic } from './atomic-file.ts';
import { sha256 } from './hash.ts';

const mark = /,\n {2}"sha256": "([0-9a-f]{64})"\n\}\n$/;

/** Writes an object as a JSON file that ends with the hash of the rest of itself, so that no changed byte goes unseen. */
export function writeHashedJson(path: string, value: object): void {
  const body = JSON.stringify(value, null, 2).slice(0, -'\n}'.length);
  writeFileAtomic(path, `${body},\n  "sha256": "${sha256(body)}"\n}\n`);
}

/** The object of such a file, or null where it is damaged or does not fit. A file without a hash is an older one. */
export function parseHashedJson<T>(
  text: string,
  schema: { safeParse(value: unknown): { data?: T | undefined } },
): T | null {
  const marked = mark.exec(text);
  if (marked === null) return parseJson(text, schema);
  const body = text.slice(0, marked.index);
  return sha256(body) === marked[1] ? parseJson(`${body}\n}`, schema) : null;
}

function parseJson<T>(text: string, schema: { safeParse(value: unknown): { data?: T | undefined } }): T | null {
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
