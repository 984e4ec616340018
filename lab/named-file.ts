import { statSync } from 'node:fs';
import { hashFile } from '@stratlab/data/file-hash.ts';
import { z } from 'zod';

const kinds = ['data', 'models', 'results'];

/** Forward slashes, below one of the home's folders, and nowhere else. */
const path = z.string().refine((text) => {
  const [kind, ...inner] = text.split('/');
  return (
    kinds.includes(kind) && inner.length > 0 && inner.every((name) => /^[^\\:\0]+$/.test(name) && !/^\.+$/.test(name))
  );
}, 'wants a path of data, models or results');

export const hashSchema = z.string().regex(/^[0-9a-f]{64}$/);

/** A file of the lab's home by the SHA-256 of its content. */
export const namedFileSchema = z.strictObject({ path, hash: hashSchema });
export type NamedFile = z.infer<typeof namedFileSchema>;

/** The folder of the home that a file lies in. */
export function kindOf({ path }: NamedFile): string {
  return path.slice(0, path.indexOf('/'));
}

/** Whether a file is there, whole. */
export function isThere(path: string, hash: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true && hashFile(path) === hash;
}
