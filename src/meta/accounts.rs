//! Whose token it is, and which WhatsApp Business Accounts it reaches.

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use super::{Meta, failure::Failure, graph::id};
use crate::clock::Timestamp;

/// What `debug_token` says of a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inspected {
    /// Whether it can be used at all.
    pub is_valid: bool,
    /// When it ends; `None` for never.
    pub expires_at: Option<Timestamp>,
    /// The WABAs it was granted, the newest first.
    pub accounts: Vec<String>,
}

impl Meta {
    /// Asks what a business token is good for. Scopes are not held against names: in 2026 tokens came with other ones than
    /// Meta's documents say, and worked.
    pub async fn inspect(&self, token: &SecretString) -> Result<Inspected, Failure> {
        let query = [("input_token", token.expose_secret())];
        let body = self.get(&["debug_token"], &query, &self.app_token()).await?;
        Ok(Inspected::read(body.get("data").unwrap_or(&body)))
    }

    /// The customer's business portfolio, which a plain user's token does not have.
    pub async fn client_business(&self, token: &SecretString) -> Result<Option<String>, Failure> {
        let body = self.get(&["me"], &[("fields", "client_business_id")], token).await?;
        Ok(body.get("client_business_id").and_then(id))
    }

    /// The WABAs of a business that the token can read: those shared with a partner, then its own.
    pub async fn accounts_of(&self, business: &str, token: &SecretString) -> Result<Vec<String>, Failure> {
        let mut found: Vec<String> = Vec::new();
        let mut first_failure = None;
        for edge in ["client_whatsapp_business_accounts", "owned_whatsapp_business_accounts"] {
            match self.all_pages(&[business, edge], &[("fields", "id")], token).await {
                Ok(accounts) => {
                    for account in accounts.iter().filter_map(|account| id(account.get("id")?)) {
                        if !found.contains(&account) {
                            found.push(account);
                        }
                    }
                }
                Err(failure) => first_failure = first_failure.or(Some(failure)),
            }
        }
        match first_failure {
            Some(failure) if found.is_empty() => Err(failure),
            _ => Ok(found),
        }
    }

    /// Ends the app's subscription to the account's webhooks.
    pub async fn unsubscribe(&self, account: &str, token: &SecretString) -> Result<(), Failure> {
        self.delete(&[account, "subscribed_apps"], token).await.map(|_| ())
    }

    /// Whether the app is subscribed to the account's webhooks.
    pub async fn is_subscribed(&self, account: &str, token: &SecretString) -> Result<bool, Failure> {
        let apps = self.all_pages(&[account, "subscribed_apps"], &[], token).await?;
        let ours = |app: &Value| app.get("whatsapp_business_api_data").and_then(|data| id(data.get("id")?));
        Ok(apps.iter().filter_map(ours).any(|app| app == self.settings.app_id))
    }

    /// Subscribes the app to the account's webhooks. Plain, without an override: Meta refuses an override that comes first.
    pub async fn subscribe(&self, account: &str, token: &SecretString) -> Result<(), Failure> {
        self.post(&[account, "subscribed_apps"], None, token).await.map(|_| ())
    }
}

impl Inspected {
    fn read(data: &Value) -> Self {
        let mut accounts: Vec<String> = Vec::new();
        for scope in data.get("granular_scopes").and_then(Value::as_array).into_iter().flatten() {
            let is_whatsapp =
                scope.get("scope").and_then(Value::as_str).is_some_and(|name| name.starts_with("whatsapp_business_"));
            let targets = scope.get("target_ids").and_then(Value::as_array).filter(|_| is_whatsapp);
            for account in targets.into_iter().flatten().filter_map(id) {
                if !accounts.contains(&account) {
                    accounts.push(account);
                }
            }
        }
        Self {
            // Unsaid is not no: the calls that follow will tell.
            is_valid: data.get("is_valid").and_then(Value::as_bool).unwrap_or(data.get("error").is_none()),
            expires_at: data
                .get("expires_at")
                .and_then(Value::as_i64)
                .filter(|seconds| *seconds > 0)
                .map(|seconds| Timestamp(seconds.saturating_mul(1000))),
            accounts,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn accounts_are_those_of_every_whatsapp_scope_in_meta_s_order() {
        let inspected = Inspected::read(&json!({
            "is_valid": true, "expires_at": 1_665_090_000,
            "granular_scopes": [
                {"scope": "pages_show_list", "target_ids": ["1"]},
                {"scope": "whatsapp_business_manage_events", "target_ids": ["30", "20"]},
                {"scope": "whatsapp_business_messaging", "target_ids": ["20", 10]},
                {"scope": "whatsapp_business_management"},
            ],
        }));
        assert_eq!(inspected.accounts, ["30", "20", "10"]);
        assert_eq!(inspected.expires_at, Some(Timestamp(1_665_090_000_000)));
        assert!(!Inspected::read(&json!({"is_valid": false, "expires_at": 0})).is_valid);
    }
}
