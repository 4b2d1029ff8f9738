//! `/health` and `/metrics`, for whatever watches over the server.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;
use strandscope::{DeliveryTally, PoolStatistics};

use super::{
    App,
    monitor::{head, line, single},
};

/// How long the database may take to answer: less than whoever asks waits.
const HEALTH: Duration = Duration::from_secs(2);

/// `200 {"status": "up"}` where the database answers in time, else `503 {"status": "down"}`.
pub async fn health(State(app): State<Arc<App>>) -> Response {
    // Which session makes no difference: a manager contacts nothing by itself.
    let manager = app.manager("health");
    let why = match tokio::time::timeout(HEALTH, manager.repository().ping()).await {
        Ok(Ok(())) => return Json(json!({ "status": "up" })).into_response(),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "no answer in time".to_owned(),
    };
    tracing::warn!(why, "the database does not answer");
    (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "down" }))).into_response()
}

/// Prometheus' text form.
pub async fn metrics(State(app): State<Arc<App>>) -> Response {
    let mut out = String::new();
    app.monitor.write(&mut out);
    if let Some(pool) = app.factory.statistics() {
        write_pool(&mut out, &pool);
    }
    if let Some(webhook) = &app.webhook {
        write_hook(&mut out, "audit", webhook.tally());
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], out).into_response()
}

fn write_pool(out: &mut String, pool: &PoolStatistics) {
    let name = "web_pool_connections";
    head(out, name, "gauge", "Connections to the database now, by what they do.");
    line(out, name, &[("state", "in_use")], pool.in_use as f64);
    line(out, name, &[("state", "idle")], pool.idle as f64);
    single(out, "web_pool_waiting", "gauge", "Operations that wait for a connection now.", pool.waiting);
    single(out, "web_pool_created_total", "counter", "Connections made.", pool.created);
    single(out, "web_pool_closed_total", "counter", "Connections closed.", pool.closed);
    single(out, "web_pool_checkouts_total", "counter", "Connections taken out.", pool.checkouts);
    let help = "Attempts to take one out that failed.";
    single(out, "web_pool_checkouts_failed_total", "counter", help, pool.checkouts_failed);
    let name = "web_pool_checkout_seconds_total";
    head(out, name, "counter", "Time that taking them out took.");
    line(out, name, &[], pool.checkout_total.as_secs_f64());
}

fn write_hook(out: &mut String, hook: &str, tally: DeliveryTally) {
    let name = "web_hook_deliveries_total";
    head(out, name, "counter", "Deliveries of hooks, by what became of them.");
    let outcomes = [
        ("queued", tally.queued),
        ("delivered", tally.delivered),
        ("retried", tally.retried),
        ("dropped", tally.dropped),
    ];
    for (outcome, count) in outcomes {
        line(out, name, &[("hook", hook), ("outcome", outcome)], count as f64);
    }
}
