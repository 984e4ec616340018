import type { Outcome } from './run-suite.ts';
import type { Suite } from './suites.ts';

export interface Run {
  suite: Suite;
  outcomes: readonly Outcome[];
}

/** `specification/conformance.md`. */
export function conformancePage(runs: readonly Run[]): string {
  return [
    '# Conformance',
    '',
    'What the official suites say of the lab, over its own HTTP server. `npm run conformance -- --write` writes this page;',
    'a test runs the same and compares. The suites ask for tools, resources and prompts of their own: these stand in',
    '`tests/conformance/`, behind the endpoint that the lab is served by. A check is skipped where it is about something',
    'that the server does not say it can do, such as notices of a changed list, or that the suite itself cannot test yet.',
    'A warning is advice.',
    ...runs.flatMap(section),
    '',
  ].join('\n');
}

function section({ suite: { package: name, version, revision, flags }, outcomes }: Run): string[] {
  const command = ['conformance server --url http://127.0.0.1:<port>/mcp', ...flags].join(' ');
  const total = (count: (outcome: Outcome) => number) => outcomes.reduce((sum, outcome) => sum + count(outcome), 0);
  const ok = outcomes.filter(({ failed }) => failed === 0).length;
  return [
    '',
    `## ${name} ${version}, protocol ${revision}`,
    '',
    `\`${command}\`: ${ok} of ${outcomes.length} scenarios pass; ${total(({ passed }) => passed)} checks passed, ${total(({ failed }) => failed)} failed, ${total(({ warned }) => warned)} warned.`,
    '',
    '| scenario | passed | failed | warned | skipped |',
    '|---|---|---|---|---|',
    ...outcomes.map(
      ({ scenario, passed, failed, warned, skipped }) =>
        `| ${scenario} | ${passed} | ${failed} | ${warned} | ${skipped} |`,
    ),
  ];
}
