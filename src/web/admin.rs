//! What operators ask, on a listener of its own (`ADMIN_ADDR`) that nobody else reaches: whether the process lives,
//! whether it can do its work, and what it counted.

use std::time::Duration;

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::json;

use crate::{
    app::App,
    error::{Error, Result},
    meter,
    store::standing,
};

/// A database that has not answered by then does not carry a page either.
const PATIENCE: Duration = Duration::from_secs(5);

/// The answers for operators.
pub fn router(app: App, metrics: PrometheusHandle) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(|app: State<App>| numbers(app, metrics)))
        .with_state(app)
}

/// 200 when customers can be served, 503 when not, and either way what was found.
async fn ready(State(app): State<App>) -> Response {
    let found = match tokio::time::timeout(PATIENCE, database(&app)).await {
        Ok(found) => found,
        Err(_) => Err(Error::Internal("the database did not answer in time".to_owned())),
    };
    let database = found.as_ref().map_or_else(ToString::to_string, |()| "ok".to_owned());
    let loops = app.pulse.loops(app.clock.now());
    let is_alive = !loops.is_empty() && loops.iter().all(|(_, is_alive)| *is_alive);
    let is_draining = app.stopping.is_cancelled();
    let is_ready = found.is_ok() && is_alive && !is_draining;
    let loops: serde_json::Map<String, serde_json::Value> = loops
        .into_iter()
        .map(|(name, is_alive)| (name.to_owned(), if is_alive { "ok" } else { "does not come round" }.into()))
        .collect();
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({"ready": is_ready, "draining": is_draining, "database": database, "workers": loops});
    (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

async fn database(app: &App) -> Result<()> {
    let mut lease = app.store.acquire().await?;
    standing::probe(lease.db(), app.clock.now()).await?;
    let (has, knows) = (standing::migrated(lease.db()).await?, app.store.migrations());
    if usize::try_from(has).is_ok_and(|has| has >= knows) {
        Ok(())
    } else {
        Err(Error::Internal(format!("the database has {has} of {knows} migrations")))
    }
}

/// What was counted, and what stands, in Prometheus's text format. A database that is away takes nothing from the rest.
async fn numbers(State(app): State<App>, metrics: PrometheusHandle) -> Response {
    match tokio::time::timeout(PATIENCE, standing::read(&app.store, app.clock.now())).await {
        Ok(Ok(standing)) => meter::stands(&standing),
        Ok(Err(e)) => tracing::warn!(error = %e, "what stands could not be counted"),
        Err(_) => tracing::warn!("what stands could not be counted in time"),
    }
    metrics.run_upkeep();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics.render()).into_response()
}
