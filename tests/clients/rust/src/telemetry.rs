//! tracing's spans and events as OTLP spans and log records, and the events as JSON lines.

use crate::{Fallible, identity::Bearer};
use opentelemetry::{global, propagation::TextMapCompositePropagator, trace::TracerProvider};
use opentelemetry_appender_tracing::layer::{OpenTelemetryTracingBridge, TracingSpanAttributes};
use opentelemetry_otlp::{LogExporter, SpanExporter};
use opentelemetry_sdk::{
    logs::SdkLoggerProvider,
    propagation::{BaggagePropagator, TraceContextPropagator},
    trace::SdkTracerProvider,
};
use tracing::Level;
use tracing_subscriber::{Layer, filter::Targets, fmt, layer::SubscriberExt, util::SubscriberInitExt};

pub struct Telemetry {
    tracers: SdkTracerProvider,
    loggers: SdkLoggerProvider,
}

/// From here on what the service does is told. Endpoint, protocol and service name come from OTEL_* variables.
pub fn start(on_stdout: bool) -> Fallible<Telemetry> {
    let tracers = SdkTracerProvider::builder()
        .with_span_processor(Bearer)
        .with_batch_exporter(SpanExporter::builder().build()?)
        .build();
    let loggers = SdkLoggerProvider::builder()
        .with_batch_exporter(LogExporter::builder().build()?)
        .build();
    // What the exporters do is traced by their libraries too; sending that would never end.
    let own = Targets::new().with_target(env!("CARGO_CRATE_NAME"), Level::DEBUG);
    let spans = tracing_opentelemetry::layer().with_tracer(tracers.tracer(env!("CARGO_PKG_NAME")));
    let records = OpenTelemetryTracingBridge::builder(&loggers)
        .with_tracing_span_attributes(TracingSpanAttributes::allowlist(["correlation_id", "request_id"]))
        .build();
    let lines = on_stdout.then(|| fmt::layer().json());
    tracing_subscriber::registry()
        .with(spans.with_filter(own.clone()))
        .with(records.with_filter(own.clone()))
        .with(lines.with_filter(own))
        .init();
    global::set_text_map_propagator(TextMapCompositePropagator::new(vec![
        Box::new(TraceContextPropagator::new()),
        Box::new(BaggagePropagator::new()),
    ]));
    Ok(Telemetry { tracers, loggers })
}

impl Telemetry {
    /// Send what is left.
    pub fn stop(self) -> Fallible<()> {
        let Self { tracers, loggers } = self;
        tracers.shutdown()?;
        loggers.shutdown()?;
        Ok(())
    }
}
