import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runAll } from './run-all.ts';
import { conformancePage } from './table.ts';

/** Prints what the official suites say, and with `--write` keeps it as `specification/conformance.md`. */
const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
const runs = await runAll();
const page = conformancePage(runs);
process.stdout.write(page);
const outcomes = runs.flatMap((run) => run.outcomes);
for (const { scenario, complaints } of outcomes)
  for (const complaint of complaints) process.stderr.write(`${scenario}: ${complaint}\n`);
if (values.write) writeFileSync(resolve(import.meta.dirname, '../../specification/conformance.md'), page);
if (outcomes.some(({ failed }) => failed > 0)) process.exitCode = 1;
