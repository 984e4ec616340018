import { AsyncLocalStorage } from 'node:async_hooks';
import { type Attributes, type Context, ROOT_CONTEXT, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import { codeVersion } from './version.ts';

const spans = new AsyncLocalStorage<Span>();

/** Runs `body` as a span of the trace that `parent` (W3C traceparent) belongs to, else of the one around it. */
export async function inSpan<T>(
  name: string,
  { attributes = {}, parent = traceparent() }: { attributes?: Attributes; parent?: string | null },
  body: () => Promise<T>,
): Promise<T> {
  const span = trace.getTracer('stratlab', codeVersion).startSpan(name, { attributes }, contextOf(parent));
  try {
    return await spans.run(span, body);
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) });
    throw error;
  } finally {
    span.end();
  }
}

/** The span around the caller as W3C traceparent; null where there is none, or nobody collects them. */
export function traceparent(): string | null {
  const context = spans.getStore()?.spanContext();
  if (context === undefined || !trace.isSpanContextValid(context)) return null;
  return `00-${context.traceId}-${context.spanId}-${context.traceFlags.toString(16).padStart(2, '0')}`;
}

function contextOf(parent: string | null): Context {
  const [, traceId, spanId, flags] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(parent ?? '') ?? [];
  if (traceId === undefined) return ROOT_CONTEXT;
  const traceFlags = Number.parseInt(flags, 16);
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}
