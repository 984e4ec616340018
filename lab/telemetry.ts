import { LabError } from '@stratlab/data/error.ts';
import { collectSpans } from './trace.ts';
import { codeVersion } from './version.ts';

export interface Telemetry {
  /** Sends what has been collected. */
  flush(): Promise<void>;
}

const silent: Telemetry = { flush: async () => {} };

/**
 * Sends traces to the collector that `OTEL_EXPORTER_OTLP_ENDPOINT` names, over HTTP; does nothing where it is not set.
 * Throws `unavailable` where the optional packages are missing.
 */
export async function startTelemetry(environment: NodeJS.ProcessEnv, service: string): Promise<Telemetry> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: all, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: traces } = environment;
  if (!all && !traces) return silent;
  const { BatchSpanProcessor, TracerProvider, OTLPTraceExporter, resourceFromAttributes } = await packages();
  const { beginSpans } = await import('./spans.ts');
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': service, 'service.version': codeVersion }),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  });
  collectSpans(beginSpans(provider.getTracer('stratlab', codeVersion)));
  return { flush: () => provider.forceFlush().catch(() => {}) };
}

async function packages() {
  try {
    const [sdk, exporter, resources] = await Promise.all([
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ]);
    return { ...sdk, ...exporter, ...resources };
  } catch (cause) {
    const hint =
      'npm install @opentelemetry/sdk-trace @opentelemetry/exporter-trace-otlp-http @opentelemetry/resources';
    throw new LabError(
      'unavailable',
      'Traces are wanted (OTEL_EXPORTER_OTLP_ENDPOINT), and their packages are missing.',
      {
        hint,
        cause,
      },
    );
  }
}
