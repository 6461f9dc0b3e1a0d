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
        /// The number was moved to another device, and waits there for its owner to connect it again.
        NumberOffboarded = "whatsapp.phone_number.offboarded",
        /// The number was taken from the platform, by its owner or by Meta.
        NumberDisconnected = "whatsapp.phone_number.disconnected",
        /// The name that `whatsapp.phone_number.created` once had.
        ConfigCreated = "whatsapp.config.created",
        /// A phone number that was connected before is connected again.
        NumberReconnected = "whatsapp.phone_number.reconnected",
        /// A person opened the link.
        LinkOpened = "setup_link.opened",
        /// The customer pressed the Facebook button.
        LinkStarted = "setup_link.started",
        /// The customer left Facebook's dialog.
        LinkCancelled = "setup_link.cancelled",
        /// A signup failed.
        LinkFailed = "setup_link.failed",
        /// A signup ended with a connected number.
        LinkCompleted = "setup_link.completed",
        /// The link's time was over before a number was connected.
        LinkExpired = "setup_link.expired",
        /// The link was taken back.
        LinkRevoked = "setup_link.revoked",
        /// The customer of a link that is over asked for a new one.
        LinkRenewalRequested = "setup_link.renewal_requested",
        /// A number was bought for a customer.
        ProvisionedBought = "provisioned_number.bought",
        /// A number that was bought has received its verification code.
        ProvisionedCodeReceived = "provisioned_number.code_received",
        /// A number that was bought is connected.
        ProvisionedConnected = "provisioned_number.connected",
        /// A number that was bought was given back.
        ProvisionedReleased = "provisioned_number.released",
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
        let about = json!({"setup_link": brief(link)});
        let number = more["phone_number_id"].as_str().map(str::to_owned);
        Self::new(name, (link.project_id, link.customer_id), Some(link.id), number, [&about, more], at)
    }

    /// Something that happened to a phone number, on that link if on any.
    #[must_use]
    pub fn of_number(name: Name, number: &PhoneNumber, link: Option<&SetupLink>, at: Timestamp) -> Self {
        let link_id = link.map(|link| link.id);
        let about = json!({
            "business_account_id": number.business_account_id,
            "display_phone_number": number.display_phone_number,
            "setup_link_id": link_id,
            "setup_link": link.map(brief),
        });
        let owner = (number.project_id, number.customer_id);
        Self::new(name, owner, link_id, Some(number.phone_number_id.clone()), [&about], at)
    }

    /// The same with more in its payload.
    #[must_use]
    pub fn with(mut self, more: &Value) -> Self {
        if let (Some(payload), Some(more)) = (self.payload.as_object_mut(), more.as_object()) {
            payload.extend(more.iter().map(|(key, value)| (key.clone(), value.clone())));
        }
        self
    }

    /// An event of that name as a receiver would get it, about a customer and a number that are not there.
    #[must_use]
    pub fn sample(name: Name, project_id: ProjectId, at: Timestamp) -> Self {
        let owner = (project_id, CustomerId::new(at));
        let link = LinkId::new(at);
        let setup_link = json!({"id": link, "external_id": null, "metadata": {}});
        let (about, number) = if name.as_str().starts_with("setup_link.") {
            (json!({"setup_link": setup_link}), None)
        } else if name.as_str().starts_with("provisioned_number.") {
            let bought = json!({"id": link, "phone_number": "+15551234567", "country_iso": "US"});
            (json!({"setup_link": setup_link, "provisioned_phone_number": bought}), None)
        } else {
            let about = json!({
                "business_account_id": "102290129340398", "display_phone_number": "+1 555-123-4567",
                "setup_link_id": link, "setup_link": setup_link,
            });
            (about, Some("106540352242922".to_owned()))
        };
        Self::new(name, owner, Some(link), number, [&about, &json!({"test": true})], at)
    }

    /// The three published members are in every payload.
    fn new<const N: usize>(
        name: Name,
        (project_id, customer_id): (ProjectId, CustomerId),
        link_id: Option<LinkId>,
        phone_number_id: Option<String>,
        more: [&Value; N],
        at: Timestamp,
    ) -> Self {
        let id = EventId::new(at);
        let mut payload = json!({
            "phone_number_id": phone_number_id,
            "project": {"id": project_id},
            "customer": {"id": customer_id},
            "event_id": id,
            "created_at": at.rfc3339(),
        });
        if let Some(payload) = payload.as_object_mut() {
            let more = more.into_iter().filter_map(Value::as_object).flatten();
            payload.extend(more.map(|(key, value)| (key.clone(), value.clone())));
        }
        Self { id, project_id, customer_id, link_id, name, phone_number_id, payload, at }
    }
}

/// A link as every event tells of it: with what the platform wants to find again.
fn brief(link: &SetupLink) -> Value {
    json!({"id": link.id, "external_id": link.terms.external_id, "metadata": link.terms.metadata})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_payload_has_the_three_published_members() {
        let (at, project) = (Timestamp(0), ProjectId::new(Timestamp(0)));
        for &name in Name::ALL {
            let event = Event::sample(name, project, at);
            for member in ["/phone_number_id", "/project/id", "/customer/id"] {
                assert!(event.payload.pointer(member).is_some(), "{name} has no {member}");
            }
            assert_eq!(event.payload["phone_number_id"].is_string(), name.as_str().starts_with("whatsapp."), "{name}");
        }
    }
}
