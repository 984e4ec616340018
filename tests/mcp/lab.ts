import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { readConfiguration } from '@stratlab/lab/configuration.ts';
import { type Lab, openLab } from '@stratlab/lab/lab.ts';

/** A real lab in a folder of its own, silent, closed and removed after the test. */
export function labFor(t: TestContext): Lab {
  const home = mkdtempSync(join(tmpdir(), 'stratlab-'));
  const lab = openLab(readConfiguration({}, { home, logLevel: 'silent' }), { work: false });
  t.after(async () => {
    await lab.close();
    rmSync(home, { recursive: true });
  });
  return lab;
}
