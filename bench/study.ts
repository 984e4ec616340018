import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { calibration } from './studies/calibration.ts';
import type { Scope, Studied, Study } from './studies/study.ts';

/**
 * `npm run study -- <name> [--seeds <n>] [--first-seed <n>] [--json] [--write]`: exit code 0, 1 where a demand is not met,
 * 2 for a call that it does not understand. `--write` keeps the table in `specification/<name>.md`.
 */
const studies: readonly Study[] = [calibration];
const usualFirstSeed = 1;

const called = readCall();
if (typeof called === 'string') {
  const known = studies.map(({ name, describes }) => `  ${name}: ${describes}`).join('\n');
  process.stderr.write(
    `${called}\nusage: npm run study -- <name> [--seeds <n>] [--first-seed <n>] [--json] [--write]\n${known}\n`,
  );
  process.exitCode = 2;
} else await conduct(called);

type Call = Exclude<ReturnType<typeof readCall>, string>;

function readCall() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        seeds: { type: 'string' },
        'first-seed': { type: 'string', default: String(usualFirstSeed) },
        json: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
      },
    });
    const [wanted, ...others] = positionals;
    const study = studies.find(({ name }) => name === wanted);
    if (study === undefined || others.length > 0) return `There is no study "${positionals.join(' ')}".`;
    const seeds = values.seeds === undefined ? undefined : wholeFrom(1, values.seeds, '--seeds');
    const scope = { seeds, firstSeed: wholeFrom(0, values['first-seed'], '--first-seed') };
    return { study, scope, json: values.json, write: values.write };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function wholeFrom(least: number, given: string, flag: string): number {
  const value = Number(given);
  if (/^\d{1,9}$/.test(given) && value >= least) return value;
  throw new Error(`${flag} is "${given}"; it is a whole number from ${least} on.`);
}

async function conduct({ study, scope, json, write }: Call): Promise<void> {
  const begun = performance.now();
  const studied = await study.run(scope, tell);
  const circumstances = { ...machine(), seconds: Math.round((performance.now() - begun) / 1000) };
  if (process.stderr.isTTY) process.stderr.write('\n');
  const { passed, findings, table } = studied;
  const report = { study: study.name, ...circumstances, scope, passed, findings };
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : `${table}\n\n${circumstancesText(circumstances)}\n`);
  if (write) keep(study, studied, commandOf(study, scope), circumstances);
  process.exitCode = passed ? 0 : 1;
}

/** One line that is written over, on a terminal; nothing elsewhere. */
function tell(progress: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${progress}`);
}

type Circumstances = ReturnType<typeof machine> & { seconds: number };

function machine() {
  const [cpu] = cpus();
  return { commit: commit(), node: process.versions.node, cpu: cpu?.model ?? 'unknown', cores: cpus().length };
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}

function circumstancesText({ seconds, commit: of, node, cpu, cores }: Circumstances): string {
  return `${seconds} s, commit ${of}, Node ${node}, ${cores} cores (${cpu}).`;
}

/** The command that makes the same table again. */
function commandOf({ name }: Study, { seeds, firstSeed }: Scope): string {
  const words = ['npm run study --', name];
  if (seeds !== undefined) words.push(`--seeds ${seeds}`);
  if (firstSeed !== usualFirstSeed) words.push(`--first-seed ${firstSeed}`);
  return words.join(' ');
}

function keep({ name, preface }: Study, { table }: Studied, command: string, circumstances: Circumstances): void {
  const title = `${name[0].toUpperCase()}${name.slice(1)}`;
  const made = `Made by \`${command} --write\`: ${circumstancesText(circumstances)}`;
  const file = resolve(import.meta.dirname, `../specification/${name}.md`);
  writeFileSync(file, `# ${title}\n\n${preface}\n\n${table}\n\n${made}\n`);
}
