//! A service as Phoenix has them: axum, tracing, OpenTelemetry. It knows nothing of phoenix-dev.
//!
//! `plain-service [--quiet] [ADDRESS]` serves `GET /things/{number}` until SIGTERM. Where telemetry goes is said by the
//! standard variables (OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL, OTEL_SERVICE_NAME). Its log goes to
//! stdout too, a JSON object a line, unless `--quiet`. Each answer says which IDs its request had and what was sent.

mod identity;
mod telemetry;
mod things;

use axum::{Router, middleware, routing::get};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

#[tokio::main]
async fn main() -> Fallible<()> {
    let (flags, others): (Vec<_>, Vec<_>) = std::env::args().skip(1).partition(|word| word.starts_with("--"));
    let telemetry = telemetry::start(flags.iter().all(|flag| flag != "--quiet"))?;
    let app = Router::new()
        .route("/things/{number}", get(things::thing))
        .route_layer(middleware::from_fn(identity::in_its_span));
    let listener = TcpListener::bind(others.first().map_or("127.0.0.1:0", String::as_str)).await?;
    eprintln!("http://{}", listener.local_addr()?);
    let mut terminate = signal(SignalKind::terminate())?;
    axum::serve(listener, app)
        .with_graceful_shutdown(async move { _ = terminate.recv().await })
        .await?;
    telemetry.stop()
}
