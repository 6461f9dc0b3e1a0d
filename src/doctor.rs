//! Looks at a deployment the way a customer's signup will meet it, and says what is wrong and how it is mended.
//!
//! A finding is broken when a customer would be stopped by it, a doubt when something beside the signup would fail, and
//! a thing to look at where Meta tells no program (its dashboard's names are used then). Nothing is changed: the
//! database is not migrated, and no setup link is touched.

use std::time::Duration;

use serde::Serialize;

use crate::{
    app::PublicUrl,
    choice::choice,
    clock::{Clock, Timestamp},
    error::Result,
    meta::{Meta, listening::Listening},
    seal::Sealer,
    store::Store,
    twilio::Twilio,
};

mod database;
mod facebook;
mod house;
mod numbers;
mod twilio;

/// Clocks that differ by more than this make leases overlap and codes seem old.
const SKEW: Duration = Duration::from_secs(5);

choice! {
    /// What a finding means for customers.
    pub enum Verdict {
        /// As it should be.
        Fine = "ok",
        /// Customers get through, but something else will not work.
        Doubt = "warning",
        /// A customer would be stopped.
        Broken = "broken",
        /// No program can find out: a person looks.
        Look = "look",
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at: `database`, `public_url` and so on.
    pub check: &'static str,
    /// What it means.
    pub verdict: Verdict,
    /// What was found.
    pub what: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

impl Finding {
    /// As it should be.
    pub fn fine(check: &'static str, what: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Fine, what: what.into(), mend: None }
    }

    /// Something beside the signup would fail.
    pub fn doubt(check: &'static str, what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Doubt, what: what.into(), mend: Some(mend.into()) }
    }

    /// A customer would be stopped.
    pub fn broken(check: &'static str, what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Broken, what: what.into(), mend: Some(mend.into()) }
    }

    fn look(check: &'static str, what: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Look, what: what.into(), mend: None }
    }
}

/// What can be looked at: whatever of the settings could be read.
pub struct Patient {
    /// The time.
    pub clock: Clock,
    /// The house's address.
    pub public_url: Option<PublicUrl>,
    /// The keys.
    pub sealer: Option<Sealer>,
    /// The way to Meta.
    pub meta: Option<Meta>,
    /// The way to Twilio.
    pub twilio: Option<Twilio>,
    /// What is done with what Meta sends.
    pub listening: Listening,
    /// The database, opened and not migrated; inside, `None` when it is a file that the first start will make, or why it
    /// cannot be opened; `None` when nothing usable says where it is.
    pub store: Option<Result<Option<Store>>>,
}

/// Looks at everything, in the order in which a signup would meet it.
pub async fn examine(patient: &Patient) -> Vec<Finding> {
    let mut findings = Vec::new();
    database::look(patient, &mut findings).await;
    numbers::look(patient, &mut findings).await;
    house::look(patient, &mut findings).await;
    facebook::look(patient, &mut findings).await;
    twilio::look(patient, &mut findings).await;
    findings
}

/// Whether a customer would be stopped.
#[must_use]
pub fn is_broken(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.verdict == Verdict::Broken)
}

/// Holds somebody else's clock (an HTTP `Date`) against ours.
fn skew(check: &'static str, whose: &str, theirs: Option<Timestamp>, ours: Timestamp) -> Option<Finding> {
    let theirs = theirs?;
    let apart = theirs.since(ours).max(ours.since(theirs));
    (apart > SKEW).then(|| {
        let seconds = apart.as_secs();
        let what = format!("this machine's clock and {whose} are {seconds} seconds apart");
        let mend = "let a time service (systemd-timesyncd, chrony) set this machine's clock";
        // A login's code lives thirty seconds, and so is about to seem dead on arrival.
        if apart > Duration::from_secs(20) {
            Finding::broken(check, what, mend)
        } else {
            Finding::doubt(check, what, mend)
        }
    })
}
