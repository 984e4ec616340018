/** The lines that are there, as one text. */
export function lines(parts: readonly (string | false)[]): string {
  return parts.filter((part) => part !== false).join('\n');
}

export function howToCount(section: number, has: (tool: string) => boolean): string[] {
  return [
    `## ${section}. Count`,
    '- Every distinct rule whose result you saw is a trial, and so is every peek at the test segment. A new name, a copy or another experiment does not set the count back.',
    '- The best of n worthless rules looks good: its Sharpe ratio is about sqrt(2 ln n) standard errors above nothing. After 10 trials ask for more than 2 standard errors, after 100 for more than 3.',
    `- Say the count whenever you report a result. The lab counts too${has('get_research_brief') ? ' (get_research_brief shows what is left)' : ''}; where the counts differ, the higher one holds.`,
  ];
}

export const howToWorkLong: readonly string[] = [
  '## Working for hours',
  '- After a pause or a lost context, ask the lab what is running and done before starting anything: the record is there, not in your memory.',
  '- An error has a code and a hint: do what the hint says. "busy" and "unavailable" mean wait. Never send the same failing call a third time.',
  '- Never invent a figure. Each one you report comes from an answer of this session, with the id it came from.',
];
