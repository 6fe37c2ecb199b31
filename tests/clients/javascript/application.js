// An application that knows nothing of phoenix-dev: npm's OpenTelemetry SDK, configured by its standard variables.
//
// `node application.js COUNT` prints for each of its requests its IDs and what it sent, one JSON object a line.

import { randomUUID } from "node:crypto";
import { SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { logs, SeverityNumber } from "@opentelemetry/api-logs";
import { NodeSDK } from "@opentelemetry/sdk-node";

const sdk = new NodeSDK();
sdk.start();
const tracer = trace.getTracer("things");
const logger = logs.getLogger("things");

/** One request: a server span, some children, a failure in every third. */
function request(number) {
  const ids = { correlation_id: `js-${randomUUID()}`, request_id: randomUUID() };
  const spans = [];
  const records = [];
  const log = (level, body, attributes) => {
    logger.emit({ severityNumber: SeverityNumber[level], severityText: level, body, attributes });
    records.push([level, body]);
  };
  const inSpan = (kind, name, work) =>
    tracer.startActiveSpan(name, { kind: SpanKind[kind.toUpperCase()], attributes: ids }, (span) => {
      spans.push([kind, name]);
      work(span);
      span.end();
      return span.spanContext();
    });

  const { traceId, spanId } = inSpan("server", "GET /things", (server) => {
    log("INFO", `thing ${number} wanted`, ids);
    for (let child = 0; child < number % 4; child++) {
      inSpan("internal", `step ${child}`, () => log("DEBUG", `step ${child}`));
    }
    if (number % 3 === 0) {
      server.recordException(new Error(`no thing ${number}`));
      server.setStatus({ code: SpanStatusCode.ERROR, message: "no such thing" });
      log("ERROR", `no thing ${number}`, ids);
    }
  });
  return {
    ...ids,
    trace_id: traceId,
    span_id: spanId,
    traceparent: `00-${traceId}-${spanId}-01`,
    spans: spans.sort(),
    logs: records.sort(),
    error: number % 3 === 0,
  };
}

const told = Array.from({ length: Number(process.argv[2]) }, (_, number) => request(number));
await sdk.shutdown();
for (const line of told) console.log(JSON.stringify(line));
