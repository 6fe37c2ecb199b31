//! What the service does: it looks for a thing, in up to three steps, and every third is not to be had.

use crate::identity::Identity;
use axum::{Extension, Json, extract::Path, http::StatusCode};
use opentelemetry::trace::TraceContextExt;
use serde_json::{Value, json};
use tracing::{Span, debug, info, instrument};
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// The answer is the request's IDs, and the names of the spans and the messages of the log records that it caused.
pub async fn thing(Path(number): Path<u32>, Extension(identity): Extension<Identity>) -> (StatusCode, Json<Value>) {
    info!(number, "thing wanted");
    let found = look_up(number).await;
    let context = Span::current().context().span().span_context().clone();
    let mut spans = vec![["server", "GET /things/{number}"], ["internal", "look_up"]];
    let mut logs = vec![["INFO".to_owned(), "thing wanted".to_owned()]];
    for step_number in 0..number % 4 {
        spans.push(["internal", "step"]);
        logs.push(["DEBUG".to_owned(), format!("step {step_number}")]);
    }
    if found.is_err() {
        // What `#[instrument(err)]` logs has no message, only the field `error`.
        logs.push(["ERROR".to_owned(), String::new()]);
    }
    let told = json!({
        "trace_id": context.trace_id().to_string(),
        "span_id": context.span_id().to_string(),
        "traceparent": format!("00-{}-{}-01", context.trace_id(), context.span_id()),
        "correlation_id": identity.correlation_id,
        "request_id": identity.request_id,
        "spans": spans,
        "logs": logs,
        "error": found.is_err(),
    });
    (
        found.map_or(StatusCode::INTERNAL_SERVER_ERROR, |()| StatusCode::OK),
        Json(told),
    )
}

#[instrument(err)]
async fn look_up(number: u32) -> Result<(), String> {
    for step_number in 0..number % 4 {
        step(step_number).await;
    }
    if number.is_multiple_of(3) {
        Err(format!("no thing {number}"))
    } else {
        Ok(())
    }
}

#[instrument]
async fn step(number: u32) {
    debug!("step {number}");
    tokio::task::yield_now().await;
}
