//! Whose request it is: the trace it belongs to, its correlation ID and its own ID, on every span of it.

use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use opentelemetry::{Context, KeyValue, baggage::BaggageExt, global, trace::Span as _};
use opentelemetry_http::HeaderExtractor;
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{IdGenerator, RandomIdGenerator, Span, SpanData, SpanProcessor},
};
use std::time::Duration;
use tracing::{Instrument, field::Empty, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

const IDS: [&str; 2] = ["correlation_id", "request_id"];

#[derive(Clone)]
pub struct Identity {
    pub correlation_id: String,
    pub request_id: String,
}

/// The request within a server span that continues the sender's trace; an ID that did not come is made up.
pub async fn in_its_span(mut request: Request, next: Next) -> Response {
    let [correlation_id, request_id] = ["x-correlation-id", "x-request-id"].map(|header| {
        let came = request.headers().get(header).and_then(|value| value.to_str().ok());
        came.map_or_else(
            || RandomIdGenerator::default().new_trace_id().to_string(),
            str::to_owned,
        )
    });
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("", MatchedPath::as_str);
    let span = info_span!(
        "request",
        otel.name = format!("{} {route}", request.method()),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = request.method().as_str(),
        http.route = route,
        http.response.status_code = Empty,
        url.path = request.uri().path(),
        correlation_id,
        request_id,
    );
    let sender = global::get_text_map_propagator(|headers| headers.extract(&HeaderExtractor(request.headers())));
    let ids = [
        ("correlation_id", correlation_id.clone()),
        ("request_id", request_id.clone()),
    ];
    _ = span.set_parent(sender.with_baggage(ids.map(|(key, value)| KeyValue::new(key, value))));
    request.extensions_mut().insert(Identity {
        correlation_id,
        request_id,
    });
    let response = next.run(request).instrument(span.clone()).await;
    span.record("http.response.status_code", response.status().as_u16());
    if response.status().is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
    response
}

/// Puts the IDs that travel as baggage on each span that starts.
#[derive(Debug)]
pub struct Bearer;

impl SpanProcessor for Bearer {
    fn on_start(&self, span: &mut Span, context: &Context) {
        for id in IDS {
            if let Some(value) = context.baggage().get(id) {
                span.set_attribute(KeyValue::new(id, value.to_string()));
            }
        }
    }

    fn on_end(&self, _span: SpanData) {}

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
        Ok(())
    }
}
