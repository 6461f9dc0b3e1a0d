//! What a webhook looks like on the wire: as it is shown, and as a platform asks for it.

use std::{borrow::Cow, collections::BTreeMap};

use secrecy::ExposeSecret as _;
use serde::Serialize;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

use super::draft::{LONGEST_HEADER, MOST_HEADERS};
use crate::{
    api::wire::{Time, narrowed},
    app::App,
    choice::choice,
    error::{Error, Result},
    event::Name,
    id::{ProjectId, WebhookId},
    notify::place,
    webhook::{Kind, Webhook},
};

/// A webhook.
#[derive(Serialize, ToSchema)]
#[schema(as = Webhook)]
pub struct View {
    id: WebhookId,
    /// Where events go.
    #[schema(examples("https://app.example.com/hooks/whatsapp"))]
    url: String,
    kind: Kind,
    /// The events that it names; none means the published ones.
    events: Vec<Name>,
    /// Whether it is told anything.
    #[schema(examples(true))]
    active: bool,
    project_id: ProjectId,
    /// The one number it is about, by Meta's id; null for the whole project.
    #[schema(required, examples("106540352242922"))]
    phone_number_id: Option<String>,
    /// The secret that signs.
    #[schema(examples("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))]
    secret_key: String,
    /// The receiver's own headers, which come with every event.
    #[schema(examples(json!({"Authorization": "Bearer 4f2a"})))]
    headers: BTreeMap<String, String>,
    /// How the receiver wants events gathered. Kept and shown; events of setups are too rare to gather.
    #[schema(examples(false))]
    buffer_enabled: bool,
    #[schema(required, format = Int64, minimum = 1, maximum = 4_294_967_295_i64, examples(5))]
    buffer_window_seconds: Option<u32>,
    #[schema(required, format = Int64, minimum = 1, maximum = 4_294_967_295_i64, examples(50))]
    max_buffer_size: Option<u32>,
    buffer_events: Vec<String>,
    #[schema(required, format = Int64, minimum = 1, maximum = 4_294_967_295_i64, examples(60))]
    inactivity_minutes: Option<u32>,
    payload_version: PayloadVersion,
    /// Until when the secret before this one signs too; null when there was none.
    #[schema(required)]
    previous_secret_until: Option<Time>,
    /// Since when the endpoint has taken nothing that was sent; null when it took the last.
    #[schema(required)]
    failing_since: Option<Time>,
    created_at: Time,
    updated_at: Time,
}

choice! {
    /// How the bodies of events are written.
    pub enum PayloadVersion {
        /// Flat, without a wrapper.
        V2 = "v2",
    }
}

pub(super) fn view(app: &App, webhook: Webhook) -> Result<View> {
    let open = |column, sealed: &[u8]| app.sealer.open(place(webhook.id, column), sealed);
    let headers = serde_json::from_str(open("headers", &webhook.headers)?.expose_secret())
        .map_err(|e| Error::Internal(format!("stored headers: {e}")))?;
    let secret_key = open("secret", &webhook.secret)?.expose_secret().to_owned();
    let buffering = webhook.buffering;
    Ok(View {
        id: webhook.id,
        url: webhook.url,
        kind: webhook.kind,
        events: webhook.events,
        active: webhook.active,
        project_id: webhook.project_id,
        phone_number_id: webhook.phone_number_id,
        secret_key,
        headers,
        buffer_enabled: buffering.enabled,
        buffer_window_seconds: buffering.window_seconds,
        max_buffer_size: buffering.max_size,
        buffer_events: buffering.events,
        inactivity_minutes: buffering.inactivity_minutes,
        payload_version: PayloadVersion::V2,
        previous_secret_until: webhook.previous_secret.map(|(_, until)| until.into()),
        failing_since: webhook.failing_since.map(Time),
        created_at: webhook.created_at.into(),
        updated_at: webhook.updated_at.into(),
    })
}

/// The envelope of a new webhook.
#[derive(ToSchema)]
#[schema(as = NewWebhookRequest)]
pub struct NewEnvelope {
    /// The webhook.
    pub whatsapp_webhook: New,
}

narrowed! {
    /// A new webhook.
    pub struct New as "NewWebhookFields" = Wish, requires ["url"], lacks []
}

/// The envelope of a webhook's changes.
#[derive(ToSchema)]
#[schema(as = WebhookRequest)]
pub struct Envelope {
    /// What changes.
    pub whatsapp_webhook: Option<Changes>,
}

narrowed! {
    /// What a PATCH changes of a webhook.
    pub struct Changes as "WebhookFields" = Wish, requires [], lacks ["phone_number_id"]
}

/// What a platform chooses for a webhook. `null` brings a field's default back.
#[derive(ToSchema)]
pub struct Wish {
    /// Where events go: an https URL of a public address.
    #[schema(nullable = false, format = "uri", examples("https://app.example.com/hooks/whatsapp"))]
    pub url: Option<String>,
    /// What it carries.
    pub kind: Option<Kind>,
    /// The events that it is told. None means the published ones: those of phone numbers.
    #[schema(max_items = 50)]
    pub events: Option<Vec<Name>>,
    /// Whether it is told anything.
    #[schema(default = true)]
    pub active: Option<bool>,
    /// The secret that signs. One is made when none is given; when it changes, the one before signs too for 24 hours.
    #[schema(
        min_length = 8,
        max_length = 255,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*$",
        examples("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    )]
    pub secret_key: Option<String>,
    /// The receiver's own headers, which come with every event.
    pub headers: Option<Headers>,
    /// How bodies are written.
    pub payload_version: Option<PayloadVersion>,
    /// The one number it is about, by Meta's id. Set when the webhook is made and never after.
    #[schema(max_length = 64, examples("106540352242922"))]
    pub phone_number_id: Option<String>,
    /// Kept and shown: events of setups are too rare to gather.
    #[schema(default = false)]
    pub buffer_enabled: Option<bool>,
    /// Kept and shown.
    #[schema(format = Int64, minimum = 1, maximum = 4_294_967_295_i64, examples(5))]
    pub buffer_window_seconds: Option<u32>,
    /// Kept and shown.
    #[schema(format = Int64, minimum = 1, maximum = 4_294_967_295_i64, examples(50))]
    pub max_buffer_size: Option<u32>,
    /// Kept and shown.
    #[schema(max_items = 50)]
    pub buffer_events: Option<Vec<String>>,
    /// Kept and shown.
    #[schema(format = Int64, minimum = 1, maximum = 4_294_967_295_i64, examples(60))]
    pub inactivity_minutes: Option<u32>,
}

/// Headers of the receiver's own. Those of the request's own framing are refused.
pub struct Headers;

impl PartialSchema for Headers {
    fn schema() -> RefOr<Schema> {
        let name = ObjectBuilder::new().schema_type(Type::String).pattern(Some(r"^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$"));
        let value = ObjectBuilder::new()
            .schema_type(Type::String)
            .max_length(Some(LONGEST_HEADER))
            .pattern(Some(r"^[\x20-\x7e\t]*$"));
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some("Headers of the receiver's own. Those of the request's own framing are refused."))
            .property_names(Some(name))
            .additional_properties(Some(value))
            .max_properties(Some(MOST_HEADERS))
            .examples([serde_json::json!({"Authorization": "Bearer 4f2a"})])
            .into()
    }
}

impl ToSchema for Headers {
    fn name() -> Cow<'static, str> {
        "WebhookHeaders".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::wire::names;

    #[test]
    fn the_document_names_the_fields_that_are_read() {
        let documented = names::<Wish>();
        assert_eq!(documented, names::<New>());
        assert_eq!(documented, super::super::draft::KNOWN);
    }
}
