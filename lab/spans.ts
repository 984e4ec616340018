import { type Context, ROOT_CONTEXT, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import type { BeginSpan } from './trace.ts';

/** Spans of a tracer. Loaded only where they are collected, for it takes a while. */
export function beginSpans(tracer: Tracer): BeginSpan {
  return (name, attributes, parent) => {
    const span = tracer.startSpan(name, { attributes }, contextOf(parent));
    const { traceId, spanId, traceFlags } = span.spanContext();
    return {
      traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`,
      fail: (message) => span.setStatus({ code: SpanStatusCode.ERROR, message }),
      end: () => span.end(),
    };
  };
}

function contextOf(parent: string | null): Context {
  const [, traceId, spanId, flags] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(parent ?? '') ?? [];
  if (traceId === undefined) return ROOT_CONTEXT;
  const traceFlags = Number.parseInt(flags, 16);
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}
