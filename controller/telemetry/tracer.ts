/** OpenTelemetry traces, when OTEL_* asks for them. Spans hold names of objects and results, never a key or a value. */
import { CONTROLLER } from "../../src/model/kubernetes.ts";

/** Wraps work into a span. */
export type Tracer = {
  readonly span: <T extends string | number>(name: string, object: string, work: () => Promise<T>) => Promise<T>;
  readonly close: () => Promise<void>;
};

const NONE: Tracer = { span: (_name, _object, work) => work(), close: () => Promise.resolve() };

function isWanted(env: Readonly<Record<string, string | undefined>>): boolean {
  if (env["OTEL_SDK_DISABLED"] === "true" || env["OTEL_TRACES_EXPORTER"] === "none") return false;
  return Boolean(env["OTEL_EXPORTER_OTLP_ENDPOINT"] || env["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"]);
}

/** A tracer that sends spans over OTLP/HTTP, or one that does nothing. A collector that is away never holds up any work. */
export async function createTracer(env: Readonly<Record<string, string | undefined>>): Promise<Tracer> {
  if (!isWanted(env)) return NONE;
  const [
    { BatchSpanProcessor, TracerProvider },
    { OTLPTraceExporter },
    { SpanStatusCode },
    { resourceFromAttributes },
  ] = await Promise.all([
    import("@opentelemetry/sdk-trace"),
    import("@opentelemetry/exporter-trace-otlp-http"),
    import("@opentelemetry/api"),
    import("@opentelemetry/resources"),
  ]);
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ "service.name": env["OTEL_SERVICE_NAME"] || CONTROLLER }),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  });
  const tracer = provider.getTracer("lacre");
  return {
    span: async (name, object, work) => {
      const span = tracer.startSpan(name, { attributes: { "lacre.object": object } });
      try {
        const result = await work();
        span.setAttribute("lacre.result", result);
        if (result === "retry") span.setStatus({ code: SpanStatusCode.ERROR });
        return result;
      } finally {
        span.end();
      }
    },
    close: () => provider.shutdown().catch(() => undefined),
  };
}
