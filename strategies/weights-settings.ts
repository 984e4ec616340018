import type { Problem } from '@stratlab/data/error.ts';
import { allocatesByWeights } from './allocation.ts';
import type { AnyDocument } from './document.ts';
import { canonicalJson } from './fingerprint.ts';
import { type Mapping, mappingOr } from './mapping.ts';

/** Keys of `execution` that belong to entries and exits of one instrument: weights are traded by market orders. */
export const keysOfOneInstrument = [
  'entry',
  'stop_loss',
  'take_profit',
  'trailing_stop',
  'max_holding_bars',
  'quotes',
] as const;

/** What a strategy that holds by weights cannot honour of its settings; `defaults` are those of `execution`. */
export function weightsProblems(document: AnyDocument, defaults: Mapping): Problem[] {
  if (!allocatesByWeights(document)) return [];
  return [
    ...weightsExecutionProblems(mappingOr(document.execution), document, defaults),
    ...decisionProblems(document),
  ];
}

/** Of a parsed `execution` block, which may have been overridden, beside `document`. */
export function weightsExecutionProblems(execution: Mapping, document: AnyDocument, defaults: Mapping): Problem[] {
  if (!allocatesByWeights(document)) return [];
  const differs = (key: string) => canonicalJson(execution[key] ?? null) !== canonicalJson(defaults[key] ?? null);
  const refused = keysOfOneInstrument.filter(differs).map((key) => ({
    path: `execution.${key}`,
    message: `${key} belongs to entries and exits; here weights are traded, by market orders of the size they say.`,
    hint: 'Leave it out.',
  }));
  return [...refused, ...sizingProblems(execution, document, differs('sizing'))];
}

function sizingProblems(execution: Mapping, { target, portfolio }: AnyDocument, changed: boolean): Problem[] {
  const path = 'execution.sizing';
  if (target !== null || portfolio !== null) {
    const by = target === null ? 'portfolio' : 'target';
    const hint = by === 'target' ? 'Write the size into target.position.' : 'portfolio.gross is the size of it all.';
    return changed ? [{ path, message: `${by} says the sizes, so sizing has no meaning.`, hint }] : [];
  }
  const { method } = mappingOr(execution.sizing);
  if (method === undefined || method === 'percent_of_equity') return [];
  const message = `${String(method)} sizes one instrument; a position of legs is a fraction of equity.`;
  return [{ path, message, hint: 'Write sizing: {method: percent_of_equity, value: 0.95}, or a target.' }];
}

function decisionProblems(document: AnyDocument): Problem[] {
  const { target, portfolio, decisions } = document;
  const signal = document.model !== null || document.fuzzy_rules !== null;
  const path = (key: string) => `decisions.${key}`;
  const noSignal = 'It is about the signal of a model or of fuzzy rules, and there is none.';
  const problems: Problem[] = [];
  if (decisions.filters.min_signal_separation > 0) {
    const message = 'It spaces entries, and weights have none.';
    problems.push({ path: path('filters.min_signal_separation'), message, hint: 'Rebalance less often instead.' });
  }
  if (!signal && decisions.confidence_threshold > 0) {
    problems.push({ path: path('confidence_threshold'), message: noSignal, hint: 'Leave it out.' });
  }
  if (!decisions.position_awareness && (!signal || target !== null || portfolio !== null)) {
    const message = signal ? 'A wished weight always follows its formula.' : noSignal;
    problems.push({ path: path('position_awareness'), message, hint: 'Leave it out.' });
  }
  if (portfolio !== null && decisions.direction !== 'both') {
    const message = 'portfolio says its sides itself.';
    problems.push({ path: path('direction'), message, hint: 'Leave out long_top or short_bottom.' });
  }
  return problems;
}
