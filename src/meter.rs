//! What the house counts and times, each thing named once. Without [`install`] nothing is kept, and counting costs nothing.
//!
//! Names follow Prometheus's conventions: a unit at the end, `_total` on what only grows. No label holds what a visitor
//! or a platform chose, so that nobody outside can make the house remember without end.

use std::time::Duration;

use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::error::{Error, Result};

const REQUEST: &str = "setuplinks_request_duration_seconds";
const CALL: &str = "setuplinks_call_duration_seconds";
const STEP: &str = "setuplinks_signup_step_duration_seconds";
const STAGE: &str = "setuplinks_signup_stage_duration_seconds";
const ENDED: &str = "setuplinks_signups_ended_total";
const ATTEMPTS: &str = "setuplinks_delivery_attempts_total";
const PROVISIONED: &str = "setuplinks_provisioned_numbers_total";
const NOTICES: &str = "setuplinks_meta_notices_total";
const FORWARDS: &str = "setuplinks_meta_forwards_total";
const COMPARED: &str = "setuplinks_twilio_comparisons_total";
const WAIT: &str = "setuplinks_database_wait_seconds";
const LINKS: &str = "setuplinks_setup_links";
const RUNNING: &str = "setuplinks_signups_running";
const NUMBERS: &str = "setuplinks_phone_numbers";
const HELD: &str = "setuplinks_provisioned_numbers_held";
const SESSIONS: &str = "setuplinks_sessions";
const BACKLOG: &str = "setuplinks_deliveries_pending";
const BACKLOG_AGE: &str = "setuplinks_deliveries_oldest_seconds";
const REFUSED: &str = "setuplinks_refused_total";
const CONNECTIONS: &str = "setuplinks_connections";
const POOL: &str = "setuplinks_database_connections";
const POOL_LIMIT: &str = "setuplinks_database_connections_limit";

/// From a page out of memory to a call that Meta let time out.
const BUCKETS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// What waits for people and for Meta's pauses: up to the hour that a login or a choice may take.
const LONG_BUCKETS: &[f64] = &[0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 1800.0, 3600.0];

/// Begins to keep what is counted, for this process.
///
/// # Errors
/// When something keeps it already.
pub fn install() -> Result<PrometheusHandle> {
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), BUCKETS)
        .and_then(|builder| builder.set_buckets_for_metric(Matcher::Full(STAGE.to_owned()), LONG_BUCKETS));
    let handle = builder
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(|e| Error::Internal(format!("metrics cannot be kept: {e}")))?;
    describe_histogram!(REQUEST, Unit::Seconds, "Requests by route, method and status");
    describe_histogram!(CALL, Unit::Seconds, "Calls to Meta and others by service, endpoint and outcome");
    describe_histogram!(STEP, Unit::Seconds, "Tries of the steps of signups, by step and outcome");
    describe_histogram!(STAGE, Unit::Seconds, "Stages of signups, waits included, by stage and outcome");
    describe_counter!(ENDED, "Signups that ended, by connection type and outcome");
    describe_counter!(ATTEMPTS, "Tries to deliver an event, by what became of the delivery");
    describe_counter!(PROVISIONED, "Numbers that were bought, connected or given back, and why others were not bought");
    describe_counter!(NOTICES, "What Meta told, by webhook field and what became of it");
    describe_counter!(FORWARDS, "Tries to hand on what Meta told, by what became of it");
    describe_counter!(COMPARED, "Comparisons of our numbers with a Twilio account, by outcome");
    describe_histogram!(
        WAIT,
        Unit::Seconds,
        "How long a connection to the database was waited for, and by writers the lock of SQLite"
    );
    describe_gauge!(LINKS, "Setup links by status");
    describe_gauge!(RUNNING, "Signups that have not ended, by stage; those at Facebook for an hour at most");
    describe_gauge!(NUMBERS, "Connected phone numbers");
    describe_gauge!(HELD, "Phone numbers that were bought for customers and may cost money, by status");
    describe_gauge!(SESSIONS, "Browser sessions");
    describe_gauge!(BACKLOG, "Deliveries that are still tried");
    describe_gauge!(BACKLOG_AGE, Unit::Seconds, "How long the oldest delivery that is due has been waiting");
    describe_counter!(REFUSED, "What was refused because there was too much of it, by what it was");
    describe_gauge!(CONNECTIONS, "Connections to this process");
    describe_gauge!(POOL, "Connections of this process to its database, by state");
    describe_gauge!(POOL_LIMIT, "Connections that this process may have to its database");
    Ok(handle)
}

/// A request was answered. The route is the pattern of the path, never the path: a token may be in it.
pub fn answered(route: &str, method: &str, status: u16, took: Duration) {
    let labels = [("route", route.to_owned()), ("method", method.to_owned()), ("status", status.to_string())];
    histogram!(REQUEST, &labels).record(took);
}

/// Somebody else's service was called.
pub fn called(service: &'static str, endpoint: String, outcome: String, took: Duration) {
    histogram!(CALL, "service" => service, "endpoint" => endpoint, "outcome" => outcome).record(took);
}

/// A signup's step was done, put off or given up.
pub fn stepped(step: &'static str, outcome: &'static str, took: Duration) {
    histogram!(STEP, "step" => step, "outcome" => outcome).record(took);
}

/// A signup left a stage, or ended there, so long after it had come to it: tries, waits and people included, in whichever
/// processes.
pub fn passed(stage: &'static str, outcome: &'static str, took: Duration) {
    histogram!(STAGE, "stage" => stage, "outcome" => outcome).record(took);
}

/// A signup is over: `connected`, or the reason why not.
pub fn ended(connection_type: &'static str, outcome: &'static str) {
    counter!(ENDED, "connection_type" => connection_type, "outcome" => outcome).increment(1);
}

/// A delivery was tried.
pub fn attempted(outcome: &'static str) {
    counter!(ATTEMPTS, "outcome" => outcome).increment(1);
}

/// A number was `bought`, `connected`, `released` or `renamed` by somebody else, or the reason why none was bought.
pub fn provisioned(what: &'static str) {
    counter!(PROVISIONED, "event" => what).increment(1);
}

/// Meta told something. Fields that we do not know are counted as one.
pub fn noticed(field: &str, outcome: &'static str) {
    const KNOWN: &[&str] = &[
        "account_alerts",
        "account_review_update",
        "account_update",
        "history",
        "message_template_status_update",
        "messages",
        "none",
        "phone_number_name_update",
        "phone_number_quality_update",
        "smb_app_state_sync",
        "smb_message_echoes",
    ];
    let field = KNOWN.iter().copied().find(|known| *known == field).unwrap_or("other");
    counter!(NOTICES, "field" => field, "outcome" => outcome).increment(1);
}

/// What Meta told was handed on (`taken`), will be tried again (`later`), or was given up (`dropped`).
pub fn handed_on(outcome: &'static str, count: u64) {
    counter!(FORWARDS, "outcome" => outcome).increment(count);
}

/// Our numbers were compared with a Twilio account: `done`, or `failed` when something could not be compared.
pub fn compared(outcome: &'static str) {
    counter!(COMPARED, "outcome" => outcome).increment(1);
}

/// Somebody was refused because there is too much of something.
pub fn refused(what: &'static str) {
    counter!(REFUSED, "what" => what).increment(1);
}

/// So many connections are open.
pub fn connections(count: usize) {
    gauge!(CONNECTIONS).set(whole(i64::try_from(count).unwrap_or(i64::MAX)));
}

/// A connection to the database was had after so long, or not at all.
pub fn waited(took: Duration) {
    histogram!(WAIT).record(took);
}

/// What stands in the database and around it, at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Setup links by status; every status is there.
    pub links: Vec<(&'static str, i64)>,
    /// Signups that have not ended by stage; every stage is there.
    pub running: Vec<(&'static str, i64)>,
    /// Connected numbers.
    pub numbers: i64,
    /// Bought numbers by status; every status that may cost money is there.
    pub held: Vec<(&'static str, i64)>,
    /// Browser sessions.
    pub sessions: i64,
    /// Deliveries that are still tried.
    pub pending: i64,
    /// How long the oldest of those that are due has been waiting.
    pub oldest: Duration,
    /// Connections to the database: those at work, those that wait for work, and how many there may be.
    pub connections: (u32, u32, u32),
}

/// Takes down what stands.
pub fn stands(standing: &Standing) {
    for &(status, count) in &standing.links {
        gauge!(LINKS, "status" => status).set(whole(count));
    }
    for &(stage, count) in &standing.running {
        gauge!(RUNNING, "stage" => stage).set(whole(count));
    }
    for &(status, count) in &standing.held {
        gauge!(HELD, "status" => status).set(whole(count));
    }
    gauge!(NUMBERS).set(whole(standing.numbers));
    gauge!(SESSIONS).set(whole(standing.sessions));
    gauge!(BACKLOG).set(whole(standing.pending));
    gauge!(BACKLOG_AGE).set(standing.oldest.as_secs_f64());
    gauge!(POOL, "state" => "busy").set(f64::from(standing.connections.0));
    gauge!(POOL, "state" => "idle").set(f64::from(standing.connections.1));
    gauge!(POOL_LIMIT).set(f64::from(standing.connections.2));
}

/// A count as Prometheus has numbers.
#[allow(clippy::cast_precision_loss, reason = "exact up to 2^53 of anything")]
fn whole(count: i64) -> f64 {
    count as f64
}
