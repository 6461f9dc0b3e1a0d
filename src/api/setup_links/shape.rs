//! What a setup link looks like on the wire: as it is shown, and as a platform asks for it.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

use crate::{
    api::{
        branding,
        provisioned_phone_numbers::{self, Brief as ProvisionedNumber},
        wire::{Time, narrowed},
    },
    app::App,
    choice::choice,
    error::Result,
    id::LinkId,
    link::{BillingMode, ConnectionType, SetupLink, SetupStatus, Status, Theme, theme::Warning},
    provisioned::Provisioned,
    words::Lang,
};

/// A setup link.
#[derive(Serialize, ToSchema)]
#[schema(as = SetupLink)]
pub struct View {
    id: LinkId,
    status: Status,
    created_at: Time,
    updated_at: Time,
    expires_at: Time,
    /// The address to send to the customer. It is a secret: whoever has it can connect a number for this customer.
    #[schema(format = "uri", examples("https://connect.example.com/whatsapp/setup/Vb3V9rzG8k2QmT4xW7yLpNcS1dHfJ0aE"))]
    url: String,
    /// The last part of `url`. Only in the answer to the call that made the link.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, examples("Vb3V9rzG8k2QmT4xW7yLpNcS1dHfJ0aE"))]
    pub(super) token: Option<String>,
    /// Where the customer lands when it worked; null for a page of ours.
    #[schema(required, format = "uri", examples("https://app.example.com/done"))]
    success_redirect_url: Option<String>,
    /// Where the customer lands when it did not; null for a page of ours.
    #[schema(required, format = "uri", examples("https://app.example.com/failed"))]
    failure_redirect_url: Option<String>,
    /// Origins that may embed or talk to the flow.
    #[schema(examples("https://app.example.com"))]
    allowed_origins: Vec<String>,
    /// The types that the customer may choose from.
    #[schema(min_items = 1)]
    allowed_connection_types: Vec<ConnectionType>,
    meta_billing_mode: BillingMode,
    /// The platform's colours on the page.
    #[schema(required)]
    theme_config: Option<Theme>,
    /// Colours of the theme that could not be read where they stand, and what the pages use there.
    theme_warnings: Vec<Warning>,
    /// How the platform shows itself on this link's pages, where that is not the project's way.
    #[schema(required)]
    branding: Option<branding::View>,
    /// Whether a number is bought for the customer.
    #[schema(examples(false))]
    provision_phone_number: bool,
    /// Countries a bought number may come from, ISO 3166-1 alpha-2.
    #[schema(min_items = 1, examples("US"))]
    phone_number_country_isos: Vec<String>,
    /// The area code a bought number shall have, US only.
    #[schema(required, examples("415"))]
    phone_number_area_code: Option<String>,
    /// The digits of the number that must come back.
    #[schema(required, examples("15551234567"))]
    reconnect_phone_number: Option<String>,
    /// The page's language, unless the visitor chooses another.
    #[schema(required)]
    language: Option<Lang>,
    /// Whether the customer may try again on our page after a failure, before the failure URL.
    #[schema(examples(false))]
    recover_in_place: bool,
    /// When the customer of an expired or revoked link last asked for a new one.
    #[schema(required)]
    renewal_requested_at: Option<Time>,
    /// The platform's own id of the link.
    #[schema(required, examples("order-7"))]
    external_id: Option<String>,
    /// What the platform wants to find again wherever the link is told of, in events too.
    #[schema(examples(json!({"tenant": "42"})))]
    metadata: BTreeMap<String, String>,
    /// What both redirects bring back as `state`.
    #[schema(required, examples("9f2c1a"))]
    state: Option<String>,
    /// The digits of the one number that may be connected.
    #[schema(required, examples("15551234567"))]
    expected_phone_number: Option<String>,
    whatsapp_setup_status: SetupStatus,
    /// The error code of the last failure, as in the failure redirect.
    #[schema(required, examples("facebook_auth_failed"))]
    whatsapp_setup_error: Option<String>,
    /// The number that was bought for the customer.
    #[schema(required)]
    provisioned_phone_number: Option<ProvisionedNumber>,
}

pub(super) fn view(app: &App, link: SetupLink, number: Option<Provisioned>) -> Result<View> {
    let token = app.token_of(&link)?;
    let status = link.status(app.clock.now());
    let theme_warnings = link.terms.theme_warnings();
    let terms = link.terms;
    Ok(View {
        id: link.id,
        status,
        created_at: link.created_at.into(),
        updated_at: link.updated_at.into(),
        expires_at: link.expires_at.into(),
        url: app.public_url.of(&token.path()),
        token: None,
        success_redirect_url: terms.success_redirect_url,
        failure_redirect_url: terms.failure_redirect_url,
        allowed_origins: terms.allowed_origins,
        allowed_connection_types: terms.allowed_connection_types,
        meta_billing_mode: link.meta_billing_mode,
        theme_warnings,
        branding: terms.branding.map(Into::into),
        theme_config: terms.theme_config,
        provision_phone_number: terms.provision_phone_number,
        phone_number_country_isos: terms.phone_number_country_isos,
        phone_number_area_code: terms.phone_number_area_code,
        reconnect_phone_number: link.reconnect.map(|reconnect| reconnect.digits),
        language: terms.language,
        recover_in_place: terms.recover_in_place,
        renewal_requested_at: link.renewal_requested_at.map(Time::from),
        external_id: terms.external_id,
        metadata: terms.metadata,
        state: terms.state,
        expected_phone_number: terms.expected_phone_number,
        whatsapp_setup_status: link.setup_status,
        whatsapp_setup_error: link.setup_error,
        provisioned_phone_number: number.and_then(provisioned_phone_numbers::brief),
    })
}

/// The envelope of a new setup link.
#[derive(ToSchema)]
#[schema(as = NewSetupLinkRequest)]
pub struct NewEnvelope {
    /// What the platform chooses.
    pub setup_link: Option<New>,
}

narrowed! {
    /// A new setup link.
    pub struct New as "NewSetupLinkFields" = Wish, requires [], lacks ["status"]
}

/// The envelope of a setup link's changes.
#[derive(ToSchema)]
#[schema(as = SetupLinkRequest)]
pub struct Envelope {
    /// What changes.
    pub setup_link: Option<Changes>,
}

narrowed! {
    /// What a PATCH changes of a setup link.
    pub struct Changes as "SetupLinkFields" = Wish,
    requires [], lacks ["meta_billing_mode", "reconnect_phone_number"]
}

/// What a platform chooses for a setup link. Every field is optional; `null` brings its default back.
#[derive(ToSchema)]
pub struct Wish {
    /// Where the customer lands when it worked; null for a page of ours.
    #[schema(format = "uri", max_length = 2048, examples("https://app.example.com/done"))]
    pub success_redirect_url: Option<String>,
    /// Where the customer lands when it did not; null for a page of ours.
    #[schema(format = "uri", max_length = 2048, examples("https://app.example.com/failed"))]
    pub failure_redirect_url: Option<String>,
    /// `https` origins that may embed or talk to the flow.
    #[schema(max_items = 50, format = "origin", examples("https://app.example.com"))]
    pub allowed_origins: Option<Vec<String>>,
    /// The types that the customer may choose from. Both, unless said otherwise.
    #[schema(min_items = 1)]
    pub allowed_connection_types: Option<Vec<ConnectionType>>,
    /// Who pays Meta.
    pub meta_billing_mode: Option<BillingMode>,
    /// The platform's colours on the page; a change replaces the theme as a whole.
    pub theme_config: Option<Theme>,
    /// Whether a number is bought for the customer.
    #[schema(default = false)]
    pub provision_phone_number: Option<bool>,
    /// Countries a bought number may come from, ISO 3166-1 alpha-2. Others than `US` need Twilio credentials of the
    /// project's own.
    #[schema(min_items = 1, pattern = "^[A-Z]{2}$", examples("US"))]
    pub phone_number_country_isos: Option<Vec<String>>,
    /// The area code a bought number shall have, US only.
    #[schema(pattern = "^[2-9][0-9]{2}$", examples("415"))]
    pub phone_number_area_code: Option<String>,
    /// A number that this customer has connected before, in any notation: it must come back.
    #[schema(
        min_length = 1,
        max_length = 64,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[0-9][^\x00-\x1f\x7f-\x9f]*$",
        examples("+1 (555) 123-4567")
    )]
    pub reconnect_phone_number: Option<String>,
    /// The page's language; null for the browser's.
    pub language: Option<Lang>,
    /// Whether the customer may try again on our page after a failure, before the failure URL.
    #[schema(default = false)]
    pub recover_in_place: Option<bool>,
    /// When the link expires; 30 days after it was made, unless said otherwise. In a POST it must lie in the future and at
    /// most 365 days ahead.
    #[schema(format = DateTime, examples("2026-12-23T10:40:00.000Z"))]
    pub expires_at: Option<String>,
    /// `revoked`, or `active` while the link is not used.
    pub status: Option<Wanted>,
    /// The platform's own id of the link. It need not be unique.
    #[schema(
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
        examples("order-7")
    )]
    pub external_id: Option<String>,
    /// What the platform wants to find again wherever the link is told of, in events too: at most 50 strings, each of at
    /// most 500 characters, with names of 1 to 40. A change replaces it as a whole.
    pub metadata: Option<Metadata>,
    /// What both redirects shall bring back as `state`. It wins over a parameter of that name in their URLs.
    #[schema(min_length = 1, max_length = 512, pattern = r"^[^\x00-\x1f\x7f-\x9f]+$", examples("9f2c1a"))]
    pub state: Option<String>,
    /// The one number that may be connected, with its country code, in any notation. Another is refused before anything
    /// is done to it. Not with `reconnect_phone_number` or `provision_phone_number`, and not changed once the link is used.
    #[schema(pattern = r"^\+[1-9][0-9]{6,14}$", examples("+15551234567"))]
    pub expected_phone_number: Option<String>,
    /// How the platform shows itself on this link's pages; what is left out is the project's. Replaced as a whole.
    pub branding: Option<branding::View>,
}

choice! {
    /// What a platform may make of a link.
    pub enum Wanted as WantedSetupLinkStatus {
        /// Back to its customer, while it is not used.
        Active = "active",
        /// Taken back.
        Revoked = "revoked",
    }
}

/// What the platform wants to find again.
pub struct Metadata;

impl PartialSchema for Metadata {
    fn schema() -> RefOr<Schema> {
        let text = || ObjectBuilder::new().schema_type(Type::String).pattern(Some(r"^[^\x00]*$"));
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some("Strings of the platform's own, by name"))
            .property_names(Some(text().min_length(Some(1)).max_length(Some(40))))
            .additional_properties(Some(text().max_length(Some(500))))
            .max_properties(Some(50))
            .examples([serde_json::json!({"tenant": "42"})])
            .into()
    }
}

impl ToSchema for Metadata {}

/// Which setup links a list holds.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Filters {
    /// Links of this status.
    pub status: Option<Status>,
    /// Links of this id of the platform's own, exactly.
    #[param(pattern = r"^[^\x00-\x1f\x7f-\x9f]*$", example = "order-7")]
    pub external_id: Option<String>,
    /// Made after this moment.
    pub created_after: Option<Time>,
    /// Made before this moment.
    pub created_before: Option<Time>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::wire::names;

    #[test]
    fn the_document_names_the_fields_that_are_read() {
        assert_eq!(names::<Wish>(), super::super::KNOWN);
    }
}
