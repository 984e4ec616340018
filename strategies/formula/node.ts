import type { Problem } from '@stratlab/data/error.ts';

/** One fault in a formula. `column` is 1-based. */
export interface FormulaProblem {
  message: string;
  hint?: string;
  column: number;
}

/** The problems of a formula that stands at `path` of a document. */
export function problemsAt(path: string, problems: readonly FormulaProblem[]): Problem[] {
  return problems.map(({ message, hint, column }) => {
    const located = `Column ${column}: ${message}`;
    return hint === undefined ? { path, message: located } : { path, message: located, hint };
  });
}

export type BinaryOperator = '+' | '-' | '*' | '/' | '%' | '<' | '<=' | '>' | '>=' | '==' | '!=' | 'and' | 'or';

interface At {
  /** Where it begins in the text, 1-based. */
  readonly column: number;
}

export interface NumberNode extends At {
  readonly kind: 'number';
  readonly value: number;
}

/** A text in quotes; stands only where a call takes one. */
export interface TextNode extends At {
  readonly kind: 'text';
  readonly value: string;
}

/** A series by name: `close`, `rsi_14`, `adx_14.adx`. */
export interface NameNode extends At {
  readonly kind: 'name';
  readonly name: string;
}

/** `$fast`, without the dollar. */
export interface ParameterNode extends At {
  readonly kind: 'parameter';
  readonly name: string;
}

/** `sma(close, 20)`, or with an output `adx(14).plus_di`. `a ? b : c` is read as `where(a, b, c)`. */
export interface CallNode extends At {
  readonly kind: 'call';
  readonly name: string;
  readonly arguments: readonly FormulaNode[];
  readonly output: string | undefined;
}

export interface UnaryNode extends At {
  readonly kind: 'unary';
  readonly operator: '-' | 'not';
  readonly operand: FormulaNode;
}

export interface BinaryNode extends At {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: FormulaNode;
  readonly right: FormulaNode;
}

export type FormulaNode = NumberNode | TextNode | NameNode | ParameterNode | CallNode | UnaryNode | BinaryNode;

export function childNodes(node: FormulaNode): readonly FormulaNode[] {
  switch (node.kind) {
    case 'call':
      return node.arguments;
    case 'unary':
      return [node.operand];
    case 'binary':
      return [node.left, node.right];
    default:
      return [];
  }
}
