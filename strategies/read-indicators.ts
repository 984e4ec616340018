import { priceFields } from '@stratlab/data/bars.ts';
import { LabError, nearest, type Problem } from '@stratlab/data/error.ts';
import { parseSymbol } from '@stratlab/data/instrument.ts';
import { checkFormula, type Formula, type FormulaScope, parseFormula, problemsAt, reservedNames } from './formula.ts';
import { columnNames } from './indicator.ts';
import { type IndicatorDefinition, parseIndicatorDefinition } from './indicator-definition.ts';
import { findIndicator } from './indicators/index.ts';
import { isMapping, type Mapping } from './mapping.ts';

export interface ReadIndicators {
  definitions: Record<string, IndicatorDefinition>;
  formulas: Map<string, Formula>;
  /** Every column that may be named: `rsi_14`, `adx_14.adx`. */
  columns: string[];
  problems: Problem[];
}

/** The `indicators` of a document against the catalogue; what they read must exist and not lead back to themselves. */
export function readIndicators(
  entries: Mapping,
  parameters: Readonly<Record<string, number>>,
  legs: readonly string[] = [],
): ReadIndicators {
  const columns = Object.entries(entries).flatMap(([id, entry]) => columnsOf(id, entry));
  const read: ReadIndicators = { definitions: {}, formulas: new Map(), columns, problems: [] };
  const scope = { columns, parameters, legs };
  const readBy = new Map<string, string[]>();
  for (const [id, entry] of Object.entries(entries)) {
    const path = `indicators.${id}`;
    if (reservedNames.has(id)) {
      read.problems.push({ path, message: `"${id}" means something else in formulas; choose another id.` });
    }
    if (legs.includes(id)) read.problems.push({ path, message: `"${id}" is a leg's symbol; choose another id.` });
    if (isFormula(entry)) readBy.set(id, readFormulaIndicator(id, entry, scope, read));
    else readDefinition(id, entry, read);
  }
  for (const [id, definition] of Object.entries(read.definitions)) {
    readBy.set(id, checkInputs(id, definition, read));
  }
  read.problems.push(...circles(readBy));
  return read;
}

/** That a name is no column, with the nearest that is, or the outputs it may have meant. */
export function unknownColumn(path: string, name: string, known: readonly string[]): Problem {
  const outputs = known.filter((column) => column.startsWith(`${name}.`));
  if (outputs.length > 0) {
    return { path, message: `"${name}" has several outputs.`, hint: `Name one of them: ${outputs.join(', ')}.` };
  }
  const near = nearest(name, known);
  const declared = known.length > 0 ? `Declared: ${known.join(', ')}.` : 'No indicator is declared.';
  return { path, message: `"${name}" is not an indicator id.`, hint: near ? `Did you mean "${near}"?` : declared };
}

/** Columns an entry has if its settings are right; its id alone where the type is not known. */
function columnsOf(id: string, entry: unknown): string[] {
  const type = isMapping(entry) && typeof entry.type === 'string' ? entry.type : '';
  const indicator = findIndicator(type);
  return indicator === undefined ? [id] : columnNames(id, indicator);
}

function isFormula(entry: unknown): entry is Mapping {
  return isMapping(entry) && typeof entry.type === 'string' && entry.type.toLowerCase() === 'formula';
}

/** Keeps the formula and answers with the ids that it reads. */
function readFormulaIndicator(
  id: string,
  { type: _, formula: text, ...rest }: Mapping,
  scope: FormulaScope,
  { formulas, problems }: ReadIndicators,
): string[] {
  const path = `indicators.${id}`;
  for (const key of Object.keys(rest)) {
    problems.push({ path: `${path}.${key}`, message: `"${key}" is not a key of a formula indicator.` });
  }
  if (typeof text !== 'string' && typeof text !== 'number') {
    problems.push({ path: `${path}.formula`, message: 'A formula indicator needs its formula as text.' });
    return [];
  }
  const parsed = parseFormula(String(text));
  if ('problems' in parsed) {
    problems.push(...problemsAt(`${path}.formula`, parsed.problems));
    return [];
  }
  const checked = checkFormula(parsed.formula, scope, 'number');
  problems.push(...problemsAt(`${path}.formula`, checked.problems));
  formulas.set(id, parsed.formula);
  return [checked.references.columns, ...checked.references.timeframes.values()].flatMap((names) =>
    [...names].map(idOf),
  );
}

function readDefinition(id: string, entry: unknown, { definitions, problems }: ReadIndicators): void {
  const path = `indicators.${id}`;
  const read = parseIndicatorDefinition(entry, path);
  if ('problems' in read) {
    problems.push(...read.problems);
    return;
  }
  const { dataSource, ...definition } = read.definition;
  if (dataSource === undefined) {
    definitions[id] = definition;
    return;
  }
  try {
    definitions[id] = { ...definition, dataSource: parseSymbol(dataSource, `${path}.data_source`) };
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    problems.push({ path: `${path}.data_source`, message: error.message, ...(error.hint && { hint: error.hint }) });
  }
}

/** Answers with the ids that an indicator is computed from. */
function checkInputs(id: string, definition: IndicatorDefinition, read: ReadIndicators): string[] {
  const references = Object.entries(definition.inputs).filter(([, reference]) => !isPrice(reference));
  for (const [name, reference] of references) {
    const path = `indicators.${id}.${name}`;
    const source = read.definitions[idOf(reference)];
    if (!read.columns.includes(reference)) read.problems.push(unknownColumn(path, reference, read.columns));
    else if (definition.dataSource !== undefined && source?.dataSource !== definition.dataSource) {
      const message = `"${reference}" is not computed from ${definition.dataSource} as "${id}" is.`;
      read.problems.push({
        path,
        message,
        hint: `Give it data_source: ${definition.dataSource}, or take this one's away.`,
      });
    }
  }
  return references.map(([, reference]) => idOf(reference));
}

/** A problem for each indicator at which following what it reads leads back to it. */
function circles(readBy: ReadonlyMap<string, readonly string[]>): Problem[] {
  const settled = new Set<string>();
  const problems: Problem[] = [];
  const follow = (id: string, above: readonly string[]): void => {
    if (above.includes(id)) {
      const circle = [...above.slice(above.indexOf(id)), id];
      const message = `An indicator is computed from itself: ${circle.join(' from ')}.`;
      problems.push({ path: `indicators.${id}`, message, hint: 'Let one of them read a price.' });
      return;
    }
    if (settled.has(id)) return;
    for (const next of readBy.get(id) ?? []) follow(next, [...above, id]);
    settled.add(id);
  };
  for (const id of readBy.keys()) follow(id, []);
  return problems;
}

function idOf(column: string): string {
  return column.split('.')[0];
}

function isPrice(reference: string): boolean {
  return priceFields.some((field) => field === reference);
}
