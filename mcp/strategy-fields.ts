import { z } from 'zod';

/** How a caller gives a strategy document: as data or as text. */
export const givenDocument = {
  config: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('The document as JSON: {name, version: "4", …}; or give yaml.'),
  yaml: z.string().optional().describe('The document as YAML text, at most 64 kB; its comments are kept.'),
};

/** One child of a strategy each. */
export const givenMutations = z
  .array(
    z.strictObject({
      path: z.string().max(200).optional().describe('Dotted: indicators.rsi_14.period.'),
      value: z
        .union([
          z.string(),
          z.number(),
          z.boolean(),
          z.null(),
          z.record(z.string(), z.unknown()),
          z.array(z.union([z.number(), z.string(), z.record(z.string(), z.unknown())])),
        ])
        .optional()
        .describe('What stands there then.'),
      changes: z.record(z.string(), z.unknown()).optional().describe('Or several at once: {path: value}.'),
    }),
  )
  .max(50)
  .describe('One child each, 1 to 50.');

/** All that is wrong with a document. */
export const problems = z.array(z.object({ path: z.string(), message: z.string(), hint: z.string().optional() }));

/** Earlier work on the same or nearly the same definition. */
export const similarStrategies = z.array(
  z.object({
    name: z.string(),
    version: z.int(),
    relation: z.enum(['same', 'close']),
    fingerprint: z.string(),
    best: z.object({ backtest_id: z.string(), verdict: z.string(), sharpe: z.number().nullable() }).nullable(),
  }),
);

type Similar = z.output<typeof similarStrategies>;

/** `The same as rsi_dip v2 (best: weak).`, or nothing. */
export function similarWords(similar: Similar): string {
  const same = similar.filter(({ relation }) => relation === 'same');
  const [first] = same.length > 0 ? same : similar;
  if (first === undefined) return '';
  const found = first.best === null ? 'not backtested' : `best verdict ${first.best.verdict}`;
  return ` ${same.length > 0 ? 'The same as' : 'Close to'} ${first.name} v${first.version} (${found}).`;
}

const longestFeatures = 3_000;

/** The first feature names that fit into an answer, and a warning where there are more. */
export function shownFeatures(features: readonly string[]): { features: string[]; warnings: string[] } {
  const shown: string[] = [];
  let bytes = 0;
  for (const name of features) {
    bytes += name.length + 3;
    if (bytes > longestFeatures) break;
    shown.push(name);
  }
  const cut = shown.length < features.length;
  return { features: shown, warnings: cut ? [`features: the first ${shown.length} of ${features.length}.`] : [] };
}
