//! A webhook: where a platform wants to be told, of what, and with which secret.

use serde::{Deserialize, Serialize};

use crate::{
    choice::choice,
    clock::Timestamp,
    event::{Event, Name},
    id::{CustomerId, DeliveryId, ProjectId, WebhookId},
};

choice! {
    /// What a webhook carries.
    pub enum Kind as WebhookKind {
        /// Events in the platform's own format (the wire's word for it).
        Kapso = "kapso",
        /// What Meta sends, as Meta sends it. Not in this version: such a webhook is kept and shown, and is sent nothing.
        Meta = "meta",
    }
}

choice! {
    /// What became of a delivery.
    pub enum DeliveryStatus {
        /// It is still tried.
        Pending = "pending",
        /// The endpoint took it.
        Delivered = "delivered",
        /// It was given up.
        Failed = "failed",
    }
}

/// How a receiver wants events gathered. Kept and shown; events of setups are too rare to gather.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Buffering {
    /// `buffer_enabled`.
    pub enabled: bool,
    /// `buffer_window_seconds`.
    pub window_seconds: Option<u32>,
    /// `max_buffer_size`.
    pub max_size: Option<u32>,
    /// `buffer_events`.
    pub events: Vec<String>,
    /// `inactivity_minutes`.
    pub inactivity_minutes: Option<u32>,
}

/// A webhook as it is stored.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// The project.
    pub project_id: ProjectId,
    /// Meta's id of the one number it is about; `None` for the whole project.
    pub phone_number_id: Option<String>,
    /// Where events go.
    pub url: String,
    /// What it carries.
    pub kind: Kind,
    /// The events it names; none means the published ones.
    pub events: Vec<Name>,
    /// Whether it is told anything.
    pub active: bool,
    /// The secret that signs, sealed.
    pub secret: Vec<u8>,
    /// The one before it, sealed, and until when it signs too.
    pub previous_secret: Option<(Vec<u8>, Timestamp)>,
    /// The receiver's own headers as a JSON object, sealed: they may hold credentials.
    pub headers: Vec<u8>,
    /// How events are gathered.
    pub buffering: Buffering,
    /// `v2`.
    pub payload_version: String,
    /// Since when nothing that was sent has been taken.
    pub failing_since: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Webhook {
    /// Whether it wants to be told of an event about that number (`None`: about no number).
    #[must_use]
    pub fn wants(&self, event: Name, phone_number_id: Option<&str>) -> bool {
        let names_it = if self.events.is_empty() { event.is_published() } else { self.events.contains(&event) };
        let is_in_scope = self.phone_number_id.is_none() || self.phone_number_id.as_deref() == phone_number_id;
        self.active && self.kind == Kind::Kapso && names_it && is_in_scope
    }
}

/// One event on its way to one webhook.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Its id: the receiver's idempotency key, the same on every try.
    pub id: DeliveryId,
    /// The project.
    pub project_id: ProjectId,
    /// Whom it is about; nothing in what an older version wrote.
    pub customer_id: Option<CustomerId>,
    /// The webhook.
    pub webhook_id: WebhookId,
    /// The event's name; one that only another version knows is sent all the same.
    pub event: String,
    /// Where the webhook pointed when the event happened.
    pub webhook_url: String,
    /// The number it is about.
    pub phone_number_id: Option<String>,
    /// The bytes that are sent, on every try.
    pub body: String,
    /// What became of it.
    pub status: DeliveryStatus,
    /// Tries so far.
    pub attempt_count: i32,
    /// How many of them were before somebody had it sent again, and the schedule began anew.
    pub tries_before: i32,
    /// When the next one is due.
    pub next_at: Timestamp,
    /// The last answer's status.
    pub response_status: Option<i32>,
    /// The first kilobyte of the last answer, or why there was none.
    pub response_head: Option<String>,
    /// When it was last tried.
    pub last_attempt_at: Option<Timestamp>,
    /// When it was taken.
    pub delivered_at: Option<Timestamp>,
    /// When it was given up.
    pub failed_at: Option<Timestamp>,
    /// When the event happened.
    pub created_at: Timestamp,
}

impl Delivery {
    /// An event that is to be sent to a webhook, at once.
    #[must_use]
    pub fn new(webhook: &Webhook, name: Name, event: &Event) -> Self {
        Self {
            id: DeliveryId::new(event.at),
            project_id: event.project_id,
            customer_id: Some(event.customer_id),
            webhook_id: webhook.id,
            event: name.to_string(),
            webhook_url: webhook.url.clone(),
            phone_number_id: event.phone_number_id.clone(),
            body: event.payload.to_string(),
            status: DeliveryStatus::Pending,
            attempt_count: 0,
            tries_before: 0,
            next_at: event.at,
            response_status: None,
            response_head: None,
            last_attempt_at: None,
            delivered_at: None,
            failed_at: None,
            created_at: event.at,
        }
    }
}
