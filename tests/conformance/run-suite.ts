import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Suite } from './suites.ts';

const checks = z.array(
  z.object({
    id: z.string(),
    status: z.enum(['SUCCESS', 'FAILURE', 'WARNING', 'SKIPPED', 'INFO']),
    errorMessage: z.string().optional(),
  }),
);

/** What came of one scenario, in checks. */
export interface Outcome {
  scenario: string;
  passed: number;
  failed: number;
  warned: number;
  skipped: number;
  /** What each failure and warning says. */
  complaints: string[];
}

/** Runs a suite against the server at `url`, scenario by scenario. Throws where it ends before all have run. */
export async function runSuite({ program, flags }: Suite, url: string): Promise<Outcome[]> {
  const folder = mkdtempSync(join(tmpdir(), 'stratlab-conformance-'));
  try {
    const given = [program, 'server', '--url', url, ...flags, '--output-dir', folder];
    const suite = spawn(process.execPath, given, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    const output: string[] = [];
    for (const stream of [suite.stdout, suite.stderr]) stream.on('data', (chunk) => output.push(String(chunk)));
    await once(suite, 'close');
    const lines = [...output.join('').matchAll(/^=== Running scenario: (\S+) ===$/gm)];
    const begun = [...new Set(lines.map(([, name]) => name))];
    const outcomes = readdirSync(folder).map((name) => outcomeIn(folder, name));
    if (begun.length === 0 || begun.length !== outcomes.length) {
      throw new Error(`${begun.length} scenarios begun, ${outcomes.length} ended:\n${output.join('').slice(-2000)}`);
    }
    return outcomes.sort((a, b) => begun.indexOf(a.scenario) - begun.indexOf(b.scenario));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function outcomeIn(folder: string, name: string): Outcome {
  const scenario = name.replace(/^server-/, '').replace(/-\d{4}-\d\d-\d\dT[\d-]+Z$/, '');
  const read = checks.parse(JSON.parse(readFileSync(join(folder, name, 'checks.json'), 'utf8')));
  const count = (wanted: string) => read.filter(({ status }) => status === wanted).length;
  const complaints = read.filter(({ status }) => status === 'FAILURE' || status === 'WARNING');
  return {
    scenario,
    passed: count('SUCCESS'),
    failed: count('FAILURE'),
    warned: count('WARNING'),
    skipped: count('SKIPPED'),
    complaints: complaints.map(({ id, status, errorMessage }) => `${status} ${id}: ${errorMessage ?? ''}`),
  };
}
