//! What Meta tells an app unasked: the webhook of the dashboard, and signed notices of what became of an account.
//!
//! Nothing leaves this machine: an address elsewhere is told nothing.

use std::time::Duration;

use aws_lc_rs::hmac;
use axum::{body::Bytes, extract::State, http::StatusCode};
use serde_json::{Value, json};
use url::{Host, Url};

use super::{AppWebhook, World, ask::pairs};
use crate::clock::random_below;

/// Meta's documentation wants an answer at once; a stand-in can wait a little.
const PATIENCE: Duration = Duration::from_secs(30);

/// The business that owns the app.
const PARTNER: &str = "350000000000007";

impl World {
    /// Enters a callback URL and its verify token in the dashboard. As Meta does, asks the address first; `false`, and nothing
    /// entered, when it does not answer as it should.
    pub async fn enter_webhook(&self, callback_url: &str, verify_token: &str, fields: &[&str]) -> bool {
        let Ok(mut url) = Url::parse(callback_url) else { return false };
        let challenge = random_below(1_000_000_000).to_string();
        url.query_pairs_mut()
            .append_pair("hub.mode", "subscribe")
            .append_pair("hub.challenge", &challenge)
            .append_pair("hub.verify_token", verify_token);
        let Ok(answer) = self.http().get(url).timeout(PATIENCE).send().await else { return false };
        let is_ok = answer.status().as_u16() == 200;
        let is_verified = is_ok && answer.text().await.is_ok_and(|body| body == challenge);
        if is_verified {
            self.set_app_webhook(Some(AppWebhook {
                callback_url: callback_url.to_owned(),
                is_active: true,
                fields: fields.iter().map(ToString::to_string).collect(),
            }));
        }
        is_verified
    }

    /// A notice of `account_update` about a WABA, as Meta would send it now; `more` stands beside the event's name.
    ///
    /// Meta's documentation: the entry is the partner's business for events of partners, and the WABA for all others.
    #[must_use]
    pub fn notice(&self, event: &str, waba_id: &str, more: &Value) -> Value {
        let mut value = json!({ "event": event });
        let is_of_partner = event.starts_with("PARTNER_");
        if is_of_partner {
            value["waba_info"] = json!({ "waba_id": waba_id, "owner_business_id": self.owner(waba_id) });
            if event.starts_with("PARTNER_APP_") {
                value["waba_info"]["partner_app_id"] = self.settings().app_id.clone().into();
            }
        }
        if let (Some(value), Some(more)) = (value.as_object_mut(), more.as_object()) {
            value.extend(more.iter().map(|(name, more)| (name.clone(), more.clone())));
        }
        let id = if is_of_partner { PARTNER } else { waba_id };
        json!({
            "object": "whatsapp_business_account",
            "entry": [{
                "id": id,
                "time": self.now().0 / 1000,
                "changes": [{ "field": "account_update", "value": value }],
            }],
        })
    }

    /// Sends something signed to the app's webhook; the status of the answer, 0 when there is none, and `None` when nothing is
    /// sent: no webhook, switched off, or elsewhere.
    pub async fn tell(&self, body: &Value) -> Option<u16> {
        let body = body.to_string();
        let signature = self.signature(&body);
        self.tell_as(body, Some(signature)).await
    }

    /// The same with these bytes under that signature, or under none.
    pub async fn tell_as(&self, body: String, signature: Option<String>) -> Option<u16> {
        let webhook = self.app_webhook().filter(|webhook| webhook.is_active)?;
        let url = Url::parse(&webhook.callback_url).ok().filter(is_here)?;
        let mut request = self.http().post(url).header("content-type", "application/json").timeout(PATIENCE);
        if let Some(signature) = signature {
            request = request.header("x-hub-signature-256", signature);
        }
        let answer = request.header("user-agent", "facebookexternalua").body(body).send().await;
        Some(answer.map_or(0, |answer| answer.status().as_u16()))
    }

    /// Meta's signature over a body.
    #[must_use]
    pub fn signature(&self, body: &str) -> String {
        use std::fmt::Write as _;
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.settings().app_secret.as_bytes());
        let tag = hmac::sign(&key, body.as_bytes());
        tag.as_ref().iter().fold("sha256=".to_owned(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// A login has shared an account: Meta tells the app, whatever becomes of the browser.
    pub(super) fn tell_of_sharing(&self, waba_id: &str) {
        let wants = self
            .app_webhook()
            .is_some_and(|webhook| webhook.is_active && webhook.fields.iter().any(|field| field == "account_update"));
        if let (true, Ok(runtime)) = (wants, tokio::runtime::Handle::try_current()) {
            let (world, notice) = (self.clone(), self.notice("PARTNER_ADDED", waba_id, &Value::Null));
            runtime.spawn(async move { world.tell(&notice).await });
        }
    }
}

/// `POST /sandbox/notices`: Meta tells of a number's account. `event` is one of `account_update`'s, `phone_number` a number that
/// is here; `reason` and `initiated_by`, each optional, are those of a disconnection.
pub(super) async fn submit(State(world): State<World>, body: Bytes) -> (StatusCode, String) {
    let fields = pairs(&body);
    let last = |name: &str| fields.iter().rev().find(|(field, _)| field == name).map(|(_, value)| value.as_str());
    let Some(number) = last("phone_number").and_then(|number| world.find(number)) else {
        return (StatusCode::BAD_REQUEST, "phone_number must be a number that a login has brought\n".to_owned());
    };
    let left: serde_json::Map<String, Value> =
        ["reason", "initiated_by"].into_iter().filter_map(|name| Some((name.to_owned(), last(name)?.into()))).collect();
    let more = if left.is_empty() { Value::Null } else { json!({ "disconnection_info": left }) };
    let notice = world.notice(last("event").unwrap_or_default(), &number.waba_id, &more);
    match world.tell(&notice).await {
        Some(status) => (StatusCode::OK, format!("{notice}\nwas answered with {status}\n")),
        None => (StatusCode::BAD_REQUEST, "there is no webhook on this machine to send it to\n".to_owned()),
    }
}

fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
