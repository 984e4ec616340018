import { readFileSync } from 'node:fs';
import type { Bars } from '@stratlab/data/bars.ts';
import type { Account } from './account.ts';
import type { Bracket } from './bracket.ts';
import { PlainQuietBars, type QuietBars } from './quiet-bars.ts';

const pageBytes = 65_536;
/** High, low, close, equity, position. */
const columnCount = 5;
/** Where the copies would take more than 400 MB, the bars stay where they lie. */
export const mostKernelRows = 10_000_000;

/**
 * The columns of one series, and the loops over them, in WebAssembly (`kernel/`): about three times as fast, after the
 * prices have been copied.
 */
export class QuietKernel {
  readonly rows: number;
  readonly close: Float64Array;
  readonly equity: Float64Array;
  readonly position: Float64Array;
  /** The numbers of a position, in the order of kernel.ts. */
  readonly span: Float64Array;
  readonly rest: KernelFunction;
  readonly hold: KernelFunction;

  /** Of the first `rows` bars. */
  constructor(bars: Bars, rows: number) {
    const { memory, spanAt, columnsAt, layOut, rest, hold } = instantiate();
    const bytes = columnsAt() + columnCount * rows * Float64Array.BYTES_PER_ELEMENT;
    memory.grow(Math.ceil(bytes / pageBytes));
    const column = (k: number) => new Float64Array(memory.buffer, columnsAt() + 8 * k * rows, rows);
    [bars.high, bars.low, bars.close].forEach((prices, k) => {
      column(k).set(prices.subarray(0, rows));
    });
    layOut(rows);
    this.rows = rows;
    this.close = column(2);
    this.equity = column(3);
    this.position = column(4);
    this.span = new Float64Array(memory.buffer, spanAt(), 8);
    this.rest = rest;
    this.hold = hold;
  }
}

/** As `PlainQuietBars` of bars without quotes, to the bit; a stop that trails is left to it. */
export class KernelQuietBars implements QuietBars {
  readonly close: Float64Array;
  readonly equity: Float64Array;
  readonly position: Float64Array;
  private readonly kernel: QuietKernel;
  private readonly plain: PlainQuietBars;

  constructor(kernel: QuietKernel, bars: Bars, firstBar: number, endBar: number) {
    this.kernel = kernel;
    this.close = kernel.close;
    this.equity = kernel.equity.subarray(firstBar, endBar);
    this.position = kernel.position.subarray(firstBar, endBar);
    this.plain = new PlainQuietBars(bars, bars, bars, firstBar, this.equity, this.position);
  }

  rest(from: number, end: number, cash: number): void {
    const { kernel } = this;
    kernel.span[1] = cash;
    kernel.rest(from, end);
  }

  hold(account: Account, bracket: Bracket, from: number, end: number): number {
    if (bracket.trails) return this.plain.hold(account, bracket, from, end);
    const { kernel } = this;
    const { span } = kernel;
    span[0] = account.side;
    span[1] = account.cash;
    span[2] = account.side * account.quantity;
    span[3] = account.multiplier;
    span[4] = bracket.level;
    span[5] = bracket.target;
    span[6] = account.best;
    span[7] = account.worst;
    const next = kernel.hold(from, end);
    account.see(span[6], span[7]);
    return next;
  }
}

type KernelFunction = (...numbers: number[]) => number;

let compiled: WebAssembly.Module | null = null;

function instantiate() {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('./kernel.wasm', import.meta.url)));
  const { exports } = new WebAssembly.Instance(compiled);
  const { memory } = exports;
  if (!(memory instanceof WebAssembly.Memory)) throw new TypeError('The kernel has no memory.');
  const named = (name: string): KernelFunction => {
    const found = exports[name];
    if (!isFunction(found)) throw new TypeError(`The kernel has no function ${name}.`);
    return found;
  };
  return {
    memory,
    spanAt: named('spanAt'),
    columnsAt: named('columnsAt'),
    layOut: named('layOut'),
    rest: named('rest'),
    hold: named('hold'),
  };
}

function isFunction(value: unknown): value is KernelFunction {
  return typeof value === 'function';
}
