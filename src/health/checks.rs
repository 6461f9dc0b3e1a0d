//! What Meta said, as six checks and one word for them all.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    choice::choice,
    clock::Timestamp,
    meta::{Failure, Remedy, accounts::Inspected, application::Subscribed, numbers::MessagingHealth},
    number::{Connection, Facts, Standing},
};

type Answer<T> = Result<T, Failure>;

/// What Meta answered to the four questions of a health check.
pub(super) struct Heard {
    /// About the token.
    pub(super) token: Answer<Inspected>,
    /// About the number.
    pub(super) number: Answer<(Facts, Option<MessagingHealth>)>,
    /// Whether the app is subscribed to the account.
    pub(super) subscribed: Answer<bool>,
    /// About the app's own webhook, by which Meta delivers.
    pub(super) webhook: Answer<Option<Subscribed>>,
    /// What Meta has told without being asked.
    pub(super) standing: Standing,
}

choice! {
    /// How a number is, in one word. The later of two is the worse.
    pub enum Status as PhoneNumberHealthStatus {
        /// Every check passes.
        Healthy = "healthy",
        /// It works in part.
        Degraded = "degraded",
        /// Meta did not answer, so something is not known.
        Unknown = "error",
        /// It does not work.
        Unhealthy = "unhealthy",
    }
}

/// How a number is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Health {
    /// The worst of the checks.
    pub status: Status,
    /// When Meta was asked.
    pub timestamp: Timestamp,
    /// What the first of the worst checks found.
    pub error: Option<String>,
    /// What was checked.
    pub checks: Checks,
}

/// What is checked of a number.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Checks {
    /// The token is neither expired nor revoked.
    pub token_validity: Check,
    /// The number can be read with it.
    pub phone_number_access: Check,
    /// Meta's status of the number is `CONNECTED`.
    pub phone_number_connection: Check,
    /// Messages can be sent.
    pub messaging_health: Check,
    /// The app is subscribed to the account.
    pub webhook_subscription: Check,
    /// The app has a webhook that Meta delivers to.
    pub webhook_verified: Check,
}

/// One check.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Check {
    /// Whether it passes.
    pub passed: bool,
    /// Meta's overall word, where it has one.
    pub overall_status: Option<String>,
    /// What Meta said.
    pub details: Value,
    /// Why it does not pass.
    pub error: Option<String>,
}

impl Health {
    /// What is known while nobody has finished the first check yet.
    pub(super) fn under_way(timestamp: Timestamp) -> Self {
        let check = || Check {
            passed: false,
            overall_status: None,
            details: json!({}),
            error: Some("not checked yet".to_owned()),
        };
        Self {
            status: Status::Unknown,
            timestamp,
            error: Some("the first health check is under way".to_owned()),
            checks: Checks {
                token_validity: check(),
                phone_number_access: check(),
                phone_number_connection: check(),
                messaging_health: check(),
                webhook_subscription: check(),
                webhook_verified: check(),
            },
        }
    }
}

/// A check, and what a number is that does not pass it.
struct Finding {
    status: Status,
    check: Check,
}

impl Finding {
    fn passed(details: Value) -> Self {
        Self { status: Status::Healthy, check: Check { passed: true, overall_status: None, details, error: None } }
    }

    fn failed(status: Status, details: Value, error: impl Into<String>) -> Self {
        Self { status, check: Check { passed: false, overall_status: None, details, error: Some(error.into()) } }
    }

    /// What could not be asked: it may pass again, or Meta refuses to tell us. In numbers; its prose may echo secrets.
    fn refused(failure: &Failure, status: Status, what: &str) -> Self {
        match failure.remedy() {
            Remedy::Retry(_) => Self::failed(Status::Unknown, json!({}), "Meta did not answer"),
            Remedy::GiveUp(_) => {
                let code = failure.code();
                Self::failed(status, json!({"code": code}), format!("{what}: Meta answered with error {code}"))
            }
        }
    }
}

impl Heard {
    /// What Meta did not answer as asked.
    pub(super) fn failures(&self) -> impl Iterator<Item = &Failure> {
        let token = self.token.as_ref().err();
        let rest = [self.number.as_ref().err(), self.subscribed.as_ref().err(), self.webhook.as_ref().err()];
        token.into_iter().chain(rest.into_iter().flatten())
    }

    /// Whether what happens to the number reaches the app.
    pub(super) fn is_delivered(&self) -> bool {
        matches!((&self.subscribed, &self.webhook), (Ok(true), Ok(Some(webhook))) if webhook.is_active)
    }

    /// How the number is.
    pub(super) fn health(&self, timestamp: Timestamp) -> Health {
        let findings = [
            self.token_validity(),
            self.access(),
            self.connection(),
            self.messaging(),
            self.subscription(),
            self.callback(),
        ];
        let status = findings.iter().map(|finding| finding.status).max().unwrap_or(Status::Healthy);
        // The first of the worst is the cause of most others.
        let cause = findings.iter().find(|finding| finding.status == status);
        let error = cause.and_then(|finding| finding.check.error.clone());
        let [
            token_validity,
            phone_number_access,
            phone_number_connection,
            messaging_health,
            webhook_subscription,
            webhook_verified,
        ] = findings.map(|finding| finding.check);
        let checks = Checks {
            token_validity,
            phone_number_access,
            phone_number_connection,
            messaging_health,
            webhook_subscription,
            webhook_verified,
        };
        Health { status, timestamp, error, checks }
    }

    fn token_validity(&self) -> Finding {
        match &self.token {
            Ok(inspected) => {
                let expires_at = inspected.expires_at.map(Timestamp::rfc3339);
                let details = json!({"is_valid": inspected.is_valid, "expires_at": expires_at});
                if inspected.is_valid {
                    Finding::passed(details)
                } else {
                    let error = "the access token is no longer valid; reconnect the number";
                    Finding::failed(Status::Unhealthy, details, error)
                }
            }
            Err(failure) => Finding::refused(failure, Status::Unhealthy, "the access token could not be inspected"),
        }
    }

    fn access(&self) -> Finding {
        match &self.number {
            Ok((facts, _)) => Finding::passed(json!({
                "id": facts.phone_number_id,
                "display_phone_number": facts.display_phone_number,
                "verified_name": facts.verified_name,
                "quality_rating": facts.quality_rating,
                "status": facts.status,
                "throughput_tier": facts.throughput_tier,
            })),
            Err(failure) => Finding::refused(failure, Status::Unhealthy, "the number cannot be read"),
        }
    }

    fn connection(&self) -> Finding {
        if let Some(finding) = self.told() {
            return finding;
        }
        match &self.number {
            Ok((facts, _)) => {
                let details = json!({"status": facts.status, "platform_type": facts.platform_type});
                match facts.status.as_deref() {
                    Some("CONNECTED") => Finding::passed(details),
                    Some(status) => {
                        Finding::failed(Status::Unhealthy, details, format!("the number is {status} at Meta"))
                    }
                    None => Finding::failed(Status::Unknown, details, "Meta does not say how the number is"),
                }
            }
            Err(failure) => Finding::refused(failure, Status::Unhealthy, "the number cannot be read"),
        }
    }

    /// What was told counts whatever the number says of itself: a token may outlive the business's consent.
    fn told(&self) -> Option<Finding> {
        let error = match self.standing.connection() {
            Connection::Connected => return None,
            Connection::Offboarded => "the number was moved to another device, and waits there to be connected again",
            Connection::Disconnected => "the number was taken from the platform; reconnect it",
        };
        let word = self.standing.word()?;
        let details = json!({
            "status": "DISCONNECTED", "connection": word.is, "meta_event": word.told, "reason": word.reason,
            "initiated_by": word.initiated_by, "since": word.at.rfc3339(),
        });
        Some(Finding::failed(Status::Unhealthy, details, error))
    }

    /// The published answer has Meta's overall word beside the details as well.
    fn messaging(&self) -> Finding {
        let health = match &self.number {
            Ok((_, Some(health))) => health,
            Ok((_, None)) => {
                return Finding::failed(Status::Unknown, json!({}), "Meta does not say whether messages can be sent");
            }
            Err(failure) => return Finding::refused(failure, Status::Unhealthy, "the number cannot be read"),
        };
        let word = health.can_send_message.as_str();
        let details = json!({"can_send_message": word, "entities": health.entities});
        let mut finding = match word {
            "AVAILABLE" => Finding::passed(details),
            "LIMITED" => Finding::failed(Status::Degraded, details, "Meta limits what the number can send"),
            _ => Finding::failed(Status::Unhealthy, details, "Meta lets the number send nothing"),
        };
        finding.check.overall_status = Some(word.to_owned());
        finding
    }

    fn subscription(&self) -> Finding {
        match &self.subscribed {
            Ok(true) => Finding::passed(json!({"subscribed": true})),
            Ok(false) => Finding::failed(
                Status::Degraded,
                json!({"subscribed": false}),
                "the app is not subscribed to the account: what comes in is not delivered",
            ),
            Err(failure) => Finding::refused(failure, Status::Degraded, "the account's subscriptions cannot be read"),
        }
    }

    /// Meta takes a callback URL only after it has answered its challenge, so one that is in use is verified.
    fn callback(&self) -> Finding {
        match &self.webhook {
            Ok(Some(webhook)) if webhook.is_active => Finding::passed(json!({"fields": webhook.fields})),
            Ok(Some(webhook)) => Finding::failed(
                Status::Degraded,
                json!({"fields": webhook.fields}),
                "Meta switched the app's webhook off: what comes in is not delivered",
            ),
            Ok(None) => Finding::failed(
                Status::Degraded,
                json!({}),
                "the Meta app has no webhook for WhatsApp: what comes in is not delivered",
            ),
            Err(failure) => Finding::refused(failure, Status::Degraded, "the app's webhook cannot be read"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn webhook(is_active: bool) -> Subscribed {
        Subscribed { callback_url: "https://a.example".to_owned(), is_active, fields: vec!["messages".to_owned()] }
    }

    fn well() -> Heard {
        let facts = Facts { status: Some("CONNECTED".to_owned()), ..Facts::default() };
        let health = MessagingHealth { can_send_message: "AVAILABLE".to_owned(), entities: Vec::new() };
        Heard {
            token: Ok(Inspected { is_valid: true, ..Inspected::default() }),
            number: Ok((facts, Some(health))),
            subscribed: Ok(true),
            webhook: Ok(Some(webhook(true))),
            standing: Standing::default(),
        }
    }

    fn status(heard: &Heard) -> Status {
        heard.health(Timestamp(0)).status
    }

    #[test]
    fn the_worst_check_decides_and_says_why() {
        let health = well().health(Timestamp(0));
        assert_eq!((health.status, health.error), (Status::Healthy, None));
        assert_eq!(status(&Heard { subscribed: Ok(false), ..well() }), Status::Degraded);
        assert_eq!(status(&Heard { webhook: Ok(None), ..well() }), Status::Degraded);
        assert_eq!(status(&Heard { webhook: Ok(Some(webhook(false))), ..well() }), Status::Degraded);
        let silent = || Failure::Unreachable("cut");
        assert_eq!(status(&Heard { subscribed: Err(silent()), ..well() }), Status::Unknown);
        let dead = Heard { token: Ok(Inspected::default()), subscribed: Err(silent()), ..well() };
        let health = dead.health(Timestamp(0));
        assert_eq!(health.status, Status::Unhealthy, "what is known to be broken is not hidden by what is not known");
        assert!(health.error.unwrap().contains("access token"));
    }

    #[test]
    fn what_is_kept_is_read_back() {
        for health in [well().health(Timestamp(7)), Health::under_way(Timestamp(7))] {
            let kept = serde_json::to_value(&health).unwrap();
            let read: Health = serde_json::from_value(kept.clone()).unwrap();
            assert_eq!(serde_json::to_value(read).unwrap(), kept);
        }
    }
}
