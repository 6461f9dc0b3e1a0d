//! What happened, as platforms are told: written in the transaction that made it true.

use serde_json::{Value, json};

use crate::{
    choice::choice,
    clock::Timestamp,
    id::{CustomerId, EventId, LinkId, ProjectId},
    link::SetupLink,
    number::PhoneNumber,
};

choice! {
    /// The names of events, as webhooks carry them.
    pub enum Name as EventName {
        /// A phone number was connected.
        NumberCreated = "whatsapp.phone_number.created",
        /// A phone number was removed from the project.
        NumberDeleted = "whatsapp.phone_number.deleted",
        /// Meta took the number off the platform.
        NumberOffboarded = "whatsapp.phone_number.offboarded",
        /// The number can no longer send.
        NumberDisconnected = "whatsapp.phone_number.disconnected",
        /// The name that `whatsapp.phone_number.created` once had.
        ConfigCreated = "whatsapp.config.created",
        /// A phone number that was connected before was connected again.
        NumberReconnected = "whatsapp.phone_number.reconnected",
        /// The customer pressed the Facebook button.
        LinkStarted = "setup_link.started",
        /// The customer left Facebook's dialog.
        LinkCancelled = "setup_link.cancelled",
        /// A signup failed.
        LinkFailed = "setup_link.failed",
        /// A signup ended with a connected number.
        LinkCompleted = "setup_link.completed",
        /// The link was taken back.
        LinkRevoked = "setup_link.revoked",
        /// The customer of a link that is over asked for a new one.
        LinkRenewalRequested = "setup_link.renewal_requested",
    }
}

impl Name {
    /// Whether the event is one of the published contract's, which a webhook gets that names none. The old name of
    /// "created" is only for those who ask for it: nobody wants to be told twice.
    #[must_use]
    pub fn is_published(self) -> bool {
        matches!(
            self,
            Self::NumberCreated
                | Self::NumberDeleted
                | Self::NumberOffboarded
                | Self::NumberDisconnected
                | Self::NumberReconnected
        )
    }
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// The project it happened in.
    pub project_id: ProjectId,
    /// The customer it is about.
    pub customer_id: CustomerId,
    /// The link it happened on, if any.
    pub link_id: Option<LinkId>,
    /// What happened.
    pub name: Name,
    /// The number it is about, by Meta's id.
    pub phone_number_id: Option<String>,
    /// The event's body on the wire: flat, no wrapper (version 2 of the payloads).
    pub payload: Value,
    /// When.
    pub at: Timestamp,
}

impl Event {
    /// Something that happened to a setup link; `more` stands beside the ids in the payload.
    #[must_use]
    pub fn of_link(name: Name, link: &SetupLink, more: &Value, at: Timestamp) -> Self {
        let mut payload = json!({
            "setup_link": brief(link), "project": {"id": link.project_id}, "customer": {"id": link.customer_id},
        });
        if let (Some(payload), Some(more)) = (payload.as_object_mut(), more.as_object()) {
            payload.extend(more.iter().map(|(key, value)| (key.clone(), value.clone())));
        }
        Self {
            id: EventId::new(at),
            project_id: link.project_id,
            customer_id: link.customer_id,
            link_id: Some(link.id),
            name,
            phone_number_id: None,
            payload,
            at,
        }
    }

    /// Something that happened to a phone number, on that link if on any.
    #[must_use]
    pub fn of_number(name: Name, number: &PhoneNumber, link: Option<&SetupLink>, at: Timestamp) -> Self {
        let link_id = link.map(|link| link.id);
        Self {
            id: EventId::new(at),
            project_id: number.project_id,
            customer_id: number.customer_id,
            link_id,
            name,
            phone_number_id: Some(number.phone_number_id.clone()),
            payload: json!({
                "phone_number_id": number.phone_number_id,
                "project": {"id": number.project_id},
                "customer": {"id": number.customer_id},
                "business_account_id": number.business_account_id,
                "display_phone_number": number.display_phone_number,
                "setup_link_id": link_id,
                "setup_link": link.map(brief),
            }),
            at,
        }
    }
}

/// A link as every event tells of it: with what the platform wants to find again.
fn brief(link: &SetupLink) -> Value {
    json!({"id": link.id, "external_id": link.terms.external_id, "metadata": link.terms.metadata})
}
