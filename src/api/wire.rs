//! The shapes that answers share: envelopes, times, lists and errors.

use axum::Json;
use serde::{Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type},
};

use crate::{clock::Timestamp, error::Invalid};

/// One thing in its envelope.
#[derive(Serialize, ToSchema)]
pub struct Data<T: ToSchema> {
    /// The thing.
    pub data: T,
}

/// Puts one thing into its envelope.
pub fn data<T: ToSchema>(data: T) -> Json<Data<T>> {
    Json(Data { data })
}

/// One page of a list, newest first.
#[derive(Serialize, ToSchema)]
pub struct List<T: ToSchema> {
    /// The things on this page.
    pub data: Vec<T>,
    /// Which page it is.
    pub meta: Meta,
}

/// Which page of a list this is.
#[derive(Serialize, ToSchema)]
pub struct Meta {
    /// The page, from 1.
    #[schema(minimum = 1, examples(1))]
    pub page: u64,
    /// How many things a page holds at most.
    #[schema(minimum = 1, maximum = 100, examples(20))]
    pub per_page: u64,
    /// How many pages there are; 1 for an empty list.
    #[schema(minimum = 1, examples(1))]
    pub total_pages: u64,
    /// How many things there are on all pages.
    #[schema(examples(1))]
    pub total_count: u64,
}

/// A moment, as the wire writes it: RFC 3339 in UTC, with milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Time(pub Timestamp);

impl From<Timestamp> for Time {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.rfc3339())
    }
}

impl PartialSchema for Time {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some("RFC 3339 in UTC, with milliseconds"))
            .examples(["2026-11-23T10:40:00.123Z"])
            .into()
    }
}

impl ToSchema for Time {}

/// What every error says.
#[derive(Serialize, ToSchema)]
#[schema(as = Error)]
pub struct Failure {
    /// One readable sentence.
    #[schema(examples("language must be one of en, es, pt, hi, id, ar"))]
    pub error: String,
    /// The machine-readable name of what went wrong.
    #[schema(value_type = String, examples("invalid"))]
    pub code: &'static str,
    /// The request's id, which is in the operator's log and in `X-Request-Id` too.
    #[schema(format = "uuid", examples("019b0c5e-7a53-7c1e-9a55-3f0c6f0c2d11"))]
    pub request_id: String,
    /// Every field that is wrong. Only with status 422.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub errors: Option<Vec<Invalid>>,
}

/// An object's schema with some fields required, and without others.
pub fn narrow(mut schema: RefOr<Schema>, required: &[&str], without: &[&str]) -> RefOr<Schema> {
    if let RefOr::T(Schema::Object(object)) = &mut schema {
        object.required.extend(required.iter().map(ToString::to_string));
        object.properties.retain(|name, _| !without.contains(&name.as_str()));
    }
    schema
}

/// Declares what a request may say as what another may, with some fields required and without others: a POST and a PATCH
/// of one thing rarely differ in more.
macro_rules! narrowed {
    (
        $(#[doc = $doc:literal])* pub struct $name:ident as $schema:literal = $base:ty,
        requires [$($required:literal),*], lacks [$($lacking:literal),*]
    ) => {
        $(#[doc = $doc])*
        pub struct $name;

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                $crate::api::wire::narrow(<$base>::schema(), &[$($required),*], &[$($lacking),*])
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                $schema.into()
            }

            fn schemas(schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::Schema>)>) {
                <$base>::schemas(schemas);
            }
        }
    };
}
pub(crate) use narrowed;

/// The names of a schema's properties: what an envelope may hold.
#[cfg(test)]
#[must_use]
pub fn names<T: ToSchema>() -> Vec<String> {
    match T::schema() {
        RefOr::T(Schema::Object(object)) => object.properties.keys().cloned().collect(),
        _ => Vec::new(),
    }
}
