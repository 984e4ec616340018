import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';

const packages = resolve(import.meta.dirname, '../../node_modules');

const manifest = z.object({ version: z.string(), bin: z.object({ conformance: z.string() }) });

/** One run of an official suite. */
export interface Suite {
  /** Folder of the package. */
  package: string;
  version: string;
  /** Of the protocol that it speaks. */
  revision: string;
  /** The program that runs it. */
  program: string;
  flags: readonly string[];
}

export const suites: readonly Suite[] = [
  suite('@modelcontextprotocol/conformance', '2025-11-25'),
  suite('conformance-next', '2025-11-25', '--requirements', '2025-11-25'),
  suite('conformance-next', '2026-07-28', '--requirements', '2026-07-28'),
];

function suite(folder: string, revision: string, ...flags: string[]): Suite {
  const { version, bin } = manifest.parse(JSON.parse(readFileSync(join(packages, folder, 'package.json'), 'utf8')));
  return { package: folder, version, revision, program: join(packages, folder, bin.conformance), flags };
}
