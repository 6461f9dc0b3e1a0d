//! How a number is.

use axum::{
    Json,
    extract::{Path, State},
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::find;
use crate::{
    api::{key::Caller, wire::Time},
    app::App,
    error::Result,
    health::{self, Check, Health, Status},
};

/// How a number is.
#[derive(Serialize, ToSchema)]
#[schema(as = PhoneNumberHealth)]
pub struct View {
    /// The worst of the checks: `healthy`, `degraded` (it works in part), `error` (Meta did not answer), `unhealthy`.
    status: Status,
    /// When Meta was asked.
    timestamp: Time,
    /// In how many seconds Meta will be asked again; until then the answer stays.
    #[schema(examples(180))]
    retry_after: u64,
    /// What the first of the worst checks found; null when all pass.
    #[schema(required, examples("the app is not subscribed to the account: what comes in is not delivered"))]
    error: Option<String>,
    checks: Checks,
}

/// What was checked.
#[derive(Serialize, ToSchema)]
#[schema(as = PhoneNumberHealthChecks)]
struct Checks {
    /// The number can be read with its token.
    phone_number_access: CheckView,
    /// Meta's status of the number is `CONNECTED`.
    phone_number_connection: CheckView,
    /// Meta's `can_send_message` is `AVAILABLE`.
    messaging_health: CheckView,
    /// The Meta app is subscribed to the account.
    webhook_subscription: CheckView,
    /// The Meta app has a webhook for WhatsApp that Meta delivers to; its URL was verified when it was set.
    webhook_verified: CheckView,
    /// The token is neither expired nor revoked.
    token_validity: CheckView,
}

/// One check.
#[derive(Serialize, ToSchema)]
#[schema(as = PhoneNumberHealthCheck)]
struct CheckView {
    passed: bool,
    /// Meta's overall word, `AVAILABLE`, `LIMITED` or `BLOCKED`; only of `messaging_health`, when Meta says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, examples("AVAILABLE"))]
    overall_status: Option<String>,
    /// What Meta said.
    #[schema(value_type = Object, example = json!({"status": "CONNECTED"}))]
    details: Value,
    /// Why it does not pass; null when it does.
    #[schema(required)]
    error: Option<String>,
}

impl From<Check> for CheckView {
    fn from(check: Check) -> Self {
        let Check { passed, overall_status, details, error } = check;
        Self { passed, overall_status, details, error }
    }
}

fn view(health: Health, retry_after: u64) -> View {
    let checks = health.checks;
    View {
        status: health.status,
        timestamp: health.timestamp.into(),
        retry_after,
        error: health.error,
        checks: Checks {
            phone_number_access: checks.phone_number_access.into(),
            phone_number_connection: checks.phone_number_connection.into(),
            messaging_health: checks.messaging_health.into(),
            webhook_subscription: checks.webhook_subscription.into(),
            webhook_verified: checks.webhook_verified.into(),
            token_validity: checks.token_validity.into(),
        },
    }
}

/// Check the health of a phone number
///
/// Meta is asked at most every three minutes; in between the last answer is given again. The answer has no envelope, and its
/// status is 200 however the number is.
#[utoipa::path(
    get,
    path = "/whatsapp/phone_numbers/{phone_number_id}/health",
    operation_id = "get_phone_number_health",
    tag = "Phone numbers",
    params(("phone_number_id" = String, Path, description = "Meta's id of the number", example = "106540352242922")),
    responses((status = 200, description = "How the number is", body = View))
)]
pub async fn get(State(app): State<App>, Caller(project): Caller, Path(id): Path<String>) -> Result<Json<View>> {
    let number = find(&app, project, &id).await?;
    let (health, retry_after) = health::of(&app, number).await?;
    Ok(Json(view(health, retry_after)))
}
