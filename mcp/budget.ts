/** Bytes of JSON that an answer may take: what a model reads without harm. */
export const answerBudget = 8_000;

/** Bytes of JSON where the caller asked for more with `limit`. */
export const largestAnswer = 5_000_000;

type Fields = Record<string, unknown>;

export function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/**
 * The answer cut to `budget`: lists of records lose their tails, the longest first, and a warning says so. Tables and
 * series stay whole (a tool pages those itself), so an answer may remain too long.
 */
export function fit<Answer extends Fields & { warnings: string[] }>(answer: Answer, budget: number): Answer {
  if (bytesOf(answer) <= budget) return answer;
  const copy = structuredClone(answer);
  const cut = new Map<string, { records: Fields[]; of: number }>();
  while (bytesOf(copy) > budget - 100 * (cut.size + 1)) {
    const longest = recordLists(copy).sort((a, b) => b.bytes - a.bytes)[0];
    if (longest === undefined) break;
    const { path, records } = longest;
    cut.set(path, cut.get(path) ?? { records, of: records.length });
    records.splice(Math.ceil(records.length / 2));
  }
  for (const [path, { records, of }] of cut) copy.warnings.push(`${path}: the first ${records.length} of ${of}.`);
  return copy;
}

/** The lists below `value` that hold several records, each with its dotted path. */
function recordLists(
  value: Fields,
  above: readonly string[] = [],
): { path: string; records: Fields[]; bytes: number }[] {
  return Object.entries(value).flatMap(([key, part]) => {
    const path = [...above, key];
    if (isRecord(part)) return recordLists(part, path);
    if (!Array.isArray(part) || part.length < 2 || !part.every(isRecord) || key === 'next') return [];
    return [{ path: path.join('.'), records: part, bytes: bytesOf(part) }];
  });
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
