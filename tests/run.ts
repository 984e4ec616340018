import { glob } from 'node:fs/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

/**
 * Runs every *.test.ts below this folder (or those whose path holds one of the arguments), one process a file, and
 * ends with the line `N passed, N failed, N skipped`.
 */
const wanted = process.argv.slice(2);
const files = [];
for await (const file of glob('tests/**/*.test.ts')) {
  if (wanted.length === 0 || wanted.some((part) => file.includes(part))) files.push(file);
}
const counts = { passed: 0, failed: 0, skipped: 0 };
const stream = run({ files: files.sort(), concurrency: 2, timeout: 300_000 });
stream.on('test:fail', (event) => {
  if (event.details.type !== 'suite') counts.failed++;
});
stream.on('test:pass', (event) => {
  if (event.details.type === 'suite') return;
  if (event.skip) counts.skipped++;
  else counts.passed++;
});
const shown = stream.compose(spec);
shown.on('end', () => {
  process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
  if (counts.failed > 0 || counts.passed === 0) process.exitCode = 1;
});
shown.pipe(process.stdout, { end: false });
