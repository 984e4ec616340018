import type { PriceField } from '@stratlab/data/bars.ts';
import type { Indicator, Parameter } from '../indicator.ts';
import { findIndicator } from '../indicators/index.ts';
import { findFunction } from './functions.ts';
import type { CallNode, FormulaNode } from './node.ts';

/** A call that names an indicator type, its arguments laid against the declared parameters. */
export interface IndicatorCall {
  readonly indicator: Indicator;
  /** The leading series argument; undefined where the indicator's own input stands. */
  readonly source: FormulaNode | undefined;
  /** The declared parameters in order, each with its argument; undefined where the default stands. */
  readonly parameters: readonly IndicatorArgument[];
  /** Arguments beyond the declared parameters. */
  readonly surplus: readonly FormulaNode[];
}

export interface IndicatorArgument {
  readonly name: string;
  readonly parameter: Parameter;
  readonly node: FormulaNode | undefined;
}

/** The indicator a call names; undefined where a formula function has the name, or nothing has. */
export function indicatorCall({ name, arguments: given }: CallNode): IndicatorCall | undefined {
  const indicator = findFunction(name) === undefined ? findIndicator(name) : undefined;
  if (indicator === undefined) return undefined;
  const takesSource = singleInput(indicator) !== undefined && given.length > 0 && !isConstant(given[0]);
  const rest = takesSource ? given.slice(1) : given;
  const declared = Object.entries(indicator.parameters);
  return {
    indicator,
    source: takesSource ? given[0] : undefined,
    parameters: declared.map(([parameter, declaration], k) => ({
      name: parameter,
      parameter: declaration,
      node: rest[k],
    })),
    surplus: rest.slice(declared.length),
  };
}

/** Name and default of the only series an indicator is computed from; undefined where there is not exactly one. */
export function singleInput(indicator: Indicator): [name: string, field: PriceField] | undefined {
  const inputs = Object.entries(indicator.inputs);
  return inputs.length === 1 ? inputs[0] : undefined;
}

/** `sma(x, period)`. */
export function indicatorSignature(indicator: Indicator): string {
  const source = singleInput(indicator) === undefined ? [] : ['x'];
  return `${indicator.type}(${[...source, ...Object.keys(indicator.parameters)].join(', ')})`;
}

/** Null where the value is allowed, else what is. */
export function parameterFault(parameter: Parameter, value: number | string): string | null {
  if (parameter.kind === 'choice') {
    return typeof value === 'string' && parameter.options.includes(value)
      ? null
      : `one of ${parameter.options.map((option) => `"${option}"`).join(', ')}`;
  }
  const { kind, min, max } = parameter;
  const fits =
    typeof value === 'number' && value >= min && value <= max && (kind === 'number' || Number.isInteger(value));
  return fits ? null : `a ${kind === 'integer' ? 'whole number' : 'number'} from ${min} to ${max}`;
}

function isConstant({ kind }: FormulaNode): boolean {
  return kind === 'number' || kind === 'parameter' || kind === 'text';
}
