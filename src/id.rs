//! Identifiers: one type per thing, so that a customer's id cannot be handed in where a link's is wanted.
//!
//! All are version 7 UUIDs, which sort by the moment they were made.

use utoipa::openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type};
use uuid::{Builder, Uuid};

use crate::clock::{Timestamp, random};

/// A new version 7 UUID for the moment `at`.
#[must_use]
pub fn uuid_at(at: Timestamp) -> Uuid {
    Builder::from_unix_timestamp_millis(u64::try_from(at.0).unwrap_or(0), &random()).into_uuid()
}

/// The schema of an id in the API's document.
fn schema(about: &str) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
        .description(Some(format!("The id of: {}", about.trim())))
        .examples(["0193f0a0-7a53-7c1e-9a55-3f0c6f0c2d11"])
        .into()
}

macro_rules! ids {
    ($($(#[doc = $doc:literal])* $name:ident),+ $(,)?) => {$(
        $(#[doc = $doc])*
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

        impl utoipa::PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                schema(concat!($($doc),*))
            }
        }

        impl utoipa::ToSchema for $name {}

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
    /// What Meta is still to be told of a number that went.
    ReleaseId,
    /// A phone number that is bought for a customer.
    ProvisionedId,
    /// A webhook.
    WebhookId,
    /// One event on its way to one webhook.
    DeliveryId,
    /// Something that happened and that platforms may be told.
    EventId,
    /// That a customer was erased.
    ErasureId,
}
