import { AsyncLocalStorage } from 'node:async_hooks';

export type Attributes = Record<string, string | number>;

/** A span that is collected. */
export interface Span {
  /** As W3C has it. */
  readonly traceparent: string;
  fail(message: string): void;
  end(): void;
}

/** Begins a span under the one that `parent` (W3C traceparent) names. */
export type BeginSpan = (name: string, attributes: Attributes, parent: string | null) => Span;

const spans = new AsyncLocalStorage<Span>();
let begin: BeginSpan | null = null;

/** From now on spans are begun so; until then nobody collects them. */
export function collectSpans(beginSpan: BeginSpan): void {
  begin = beginSpan;
}

/** Runs `body` as a span of the trace that `parent` (W3C traceparent) belongs to, else of the one around it. */
export async function inSpan<T>(
  name: string,
  { attributes = {}, parent = traceparent() }: { attributes?: Attributes; parent?: string | null },
  body: () => Promise<T>,
): Promise<T> {
  if (begin === null) return body();
  const span = begin(name, attributes, parent);
  try {
    return await spans.run(span, body);
  } catch (error) {
    span.fail(error instanceof Error ? error.message : String(error));
    throw error;
  } finally {
    span.end();
  }
}

/** The span around the caller as W3C traceparent; null where there is none, or nobody collects them. */
export function traceparent(): string | null {
  return spans.getStore()?.traceparent ?? null;
}
