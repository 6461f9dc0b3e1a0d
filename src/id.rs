//! Identifiers: one type per thing, so that a customer's id cannot be handed in where a link's is wanted.
//!
//! All are version 7 UUIDs, which sort by the moment they were made.

use uuid::{Builder, Uuid};

use crate::clock::{Timestamp, random};

/// A new version 7 UUID for the moment `at`.
#[must_use]
pub fn uuid_at(at: Timestamp) -> Uuid {
    Builder::from_unix_timestamp_millis(u64::try_from(at.0).unwrap_or(0), &random()).into_uuid()
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type, serde::Serialize, serde::Deserialize,
        )]
        #[sqlx(transparent)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id for the moment `at`.
            #[must_use]
            pub fn new(at: Timestamp) -> Self {
                Self(uuid_at(at))
            }

            /// Reads an id out of a path or a query. `None` for anything that is no UUID.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Uuid::try_parse(text).ok().map(Self)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

ids! {
    /// A project: one platform's own corner of the deployment.
    ProjectId,
    /// An API key of a project.
    KeyId,
    /// A customer of a platform.
    CustomerId,
    /// A setup link.
    LinkId,
    /// One customer's run through Meta.
    SignupId,
    /// A connected phone number, by our own id (`internal_id` on the wire).
    NumberId,
    /// A webhook.
    WebhookId,
    /// One event on its way to one webhook.
    DeliveryId,
    /// Something that happened and that platforms may be told.
    EventId,
}
