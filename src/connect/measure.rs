//! What is counted, traced and logged of a signup.

use crate::{
    clock::Timestamp,
    meter,
    signup::{Reason, Signup, State, Step},
    trace::{self, Of},
};

/// A signup goes on from that step.
pub(super) fn passed(signup: &mut Signup, step: Step, now: Timestamp) {
    if let Some(since) = signup.since.replace(now) {
        meter::passed(step.as_str(), "moved", now.since(since));
    }
}

/// A signup is over: it is counted, its trace has a whole, and the log one line.
pub(super) fn over(signup: &Signup, now: Timestamp) {
    let (at, outcome) = match &signup.state {
        State::Connected { .. } => (Step::Store, "connected"),
        State::Failed { reason, at, .. } => (*at, reason.as_str()),
        _ => return,
    };
    let is_connected = matches!(signup.state, State::Connected { .. });
    if let Some(since) = signup.since {
        meter::passed(at.as_str(), if is_connected { "moved" } else { "failed" }, now.since(since));
    }
    meter::ended(signup.connection_type.as_str(), outcome);
    said(signup, at, outcome);
    let mut span = trace::whole(Of::Signup(signup.id), "signup", signup.created_at);
    span.set("setuplinks.signup.id", signup.id.to_string());
    span.set("setuplinks.setup_link.id", signup.link_id.to_string());
    span.set("setuplinks.project.id", signup.project_id.to_string());
    span.set("setuplinks.connection_type", signup.connection_type.as_str());
    span.set("setuplinks.outcome", outcome);
    span.set("setuplinks.stage", at.as_str());
    // Leaving the dialog is the customer's right.
    if !is_connected && outcome != Reason::Cancelled.as_str() {
        span.fail(outcome);
    }
}

/// However it ended, this is the line that says so.
fn said(signup: &Signup, at: Step, outcome: &'static str) {
    let (outcome, reason) = match &signup.state {
        State::Failed { reason: Reason::Cancelled, at: Step::Choose, .. } => ("replaced", None),
        State::Failed { reason: Reason::Cancelled, .. } => ("cancelled", None),
        State::Failed { .. } => ("failed", Some(outcome)),
        _ => (outcome, None),
    };
    tracing::info!(signup = %signup.id, link = %signup.link_id, outcome, reason, stage = at.as_str(), "a signup is over");
}
