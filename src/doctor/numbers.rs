//! Bought numbers: whether Twilio has said of each whether it was.

use super::{Finding, Patient};
use crate::provision::settle;

pub(super) async fn look(patient: &Patient, findings: &mut Vec<Finding>) {
    let Some(Ok(Some(store))) = &patient.store else { return };
    // A database without our tables has no numbers either.
    let Ok(unknown) = settle::unknown(store, patient.clock.now()).await else { return };
    if unknown.is_empty() {
        return;
    }
    let ids: Vec<String> = unknown.iter().map(ToString::to_string).collect();
    findings.push(Finding::doubt(
        "purchases",
        format!("numbers may have been bought, and Twilio has not said so for more than an hour: {}", ids.join(", ")),
        "mend what their `trouble` says and it goes on by itself; of an account that is gone for good, look into its console, and when it does not bill the number: `setuplinks number settle ID`",
    ));
}
