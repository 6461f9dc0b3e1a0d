//! Connecting a number by hand, and changing one.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
};
use secrecy::SecretString;
use serde_json::Value;
use utoipa::ToSchema;

use super::{View, find, is_id, view};
use crate::{
    api::{
        customers,
        fields::{Fields, Given},
        key::Caller,
        wire::{Data, Failure, data},
    },
    app::App,
    connect::by_hand,
    error::Result,
    id::CustomerId,
};

const ENVELOPE: &str = "whatsapp_phone_number";

/// Every field that may stand in the envelope and means something.
const KNOWN: &[&str] = &[
    "name",
    "phone_number_id",
    "business_account_id",
    "access_token",
    "pin",
    "inbound_processing_enabled",
    "calls_enabled",
];

const LONGEST: usize = 255;

/// The envelope of a number that is connected by hand.
#[derive(ToSchema)]
#[schema(as = PhoneNumberRequest)]
pub struct Envelope {
    /// The number.
    pub whatsapp_phone_number: Wish,
}

/// A number that is connected by hand.
#[derive(ToSchema)]
#[schema(as = PhoneNumberFields)]
pub struct Wish {
    /// The platform's name for it; what Meta calls it when there is none.
    #[schema(
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
        examples("Support")
    )]
    pub name: Option<String>,
    /// Meta's id of the number.
    #[schema(pattern = "^[0-9A-Za-z]{1,64}$", examples("106540352242922"))]
    pub phone_number_id: String,
    /// The WhatsApp Business Account (WABA) that it is in.
    #[schema(pattern = "^[0-9A-Za-z]{1,64}$", examples("102289599326934"))]
    pub business_account_id: String,
    /// A token of this server's Meta app that may manage the account.
    #[schema(pattern = "^[!-~]{1,4096}$", examples("EAABsbCS1234"))]
    pub access_token: String,
    /// Six digits to register the number with, if it is not registered with the Cloud API. Without it nothing is registered.
    #[schema(pattern = "^[0-9]{6}$", examples("482915"))]
    pub pin: Option<String>,
    /// Kept for the platform.
    #[schema(default = true)]
    pub inbound_processing_enabled: Option<bool>,
    /// Kept for the platform.
    #[schema(default = false)]
    pub calls_enabled: Option<bool>,
}

/// The envelope of what changes of a number.
#[derive(ToSchema)]
#[schema(as = PhoneNumberChangeRequest)]
pub struct ChangeEnvelope {
    /// What changes.
    #[schema(nullable)]
    pub whatsapp_phone_number: Option<Change>,
}

/// What changes of a number; what is left out stays.
#[derive(ToSchema)]
#[schema(as = PhoneNumberChange)]
pub struct Change {
    /// The platform's name for it.
    #[schema(
        min_length = 1,
        max_length = 255,
        nullable = false,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
        examples("Support")
    )]
    pub name: Option<String>,
    /// A new token, which is proven before it takes the old one's place.
    #[schema(pattern = "^[!-~]{1,4096}$", examples("EAABsbCS1234"))]
    pub access_token: Option<String>,
    /// Kept for the platform.
    #[schema(default = true)]
    pub inbound_processing_enabled: Option<bool>,
    /// Kept for the platform.
    #[schema(default = false)]
    pub calls_enabled: Option<bool>,
}

/// Reads one of Meta's ids, which callers write as text or as a number.
fn meta_id(fields: &mut Fields, name: &str) -> Given<String> {
    fields.field(name, |value| {
        let text = match value {
            Value::Number(number) => number.to_string(),
            other => other.as_str().unwrap_or_default().trim().to_owned(),
        };
        if is_id(&text) { Ok(text) } else { Err("must be an id of Meta's, such as \"106540352242922\"".to_owned()) }
    })
}

/// Reads a token, as it can stand in a header.
fn access_token(fields: &mut Fields) -> Given<SecretString> {
    fields.field("access_token", |value| {
        let text = value.as_str().map(str::trim).unwrap_or_default();
        let is_token = (1..=4096).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if is_token { Ok(text.into()) } else { Err("must be an access token of Meta's".to_owned()) }
    })
}

/// Reads a two-step PIN.
fn pin(fields: &mut Fields) -> Given<SecretString> {
    fields.field("pin", |value| {
        let text = value.as_str().unwrap_or_default();
        let is_pin = text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit());
        if is_pin { Ok(text.into()) } else { Err("must be text of six digits".to_owned()) }
    })
}

/// Connect a phone number by hand
///
/// By a token that the platform has, without a customer on a page. The token is proven first: it is one of this server's
/// Meta app, it reads the account, and the account has the number. Then the account is subscribed.
#[utoipa::path(
    post,
    path = "/customers/{customer_id}/whatsapp/phone_numbers",
    operation_id = "connect_phone_number",
    tag = "Phone numbers",
    params(("customer_id" = CustomerId, Path, description = "The customer")),
    request_body(content = Envelope, example = json!({"whatsapp_phone_number": {
        "name": "Support", "phone_number_id": "106540352242922", "business_account_id": "102289599326934",
        "access_token": "EAABsbCS1234",
    }})),
    responses(
        (status = 201, description = "The phone number", body = Data<View>),
        (status = 409, description = "The number is connected in this project already.", body = Failure, example = json!({
            "error": "the phone number is connected in this project already", "code": "conflict",
            "request_id": "019b0c5e-7a53-7c1e-9a55-3f0c6f0c2d11",
        })),
        (status = 503, description = "Meta could not be asked, and nothing was saved. With `Retry-After` when Meta asks for a wait.",
            body = Failure, headers(("Retry-After" = u64, description = "Seconds to wait, when it is known")),
            example = json!({
                "error": "Meta could not be asked now; nothing was changed, try again later", "code": "meta_unavailable",
                "request_id": "019b0c5e-7a53-7c1e-9a55-3f0c6f0c2d11",
            })),
    )
)]
pub async fn connect(
    State(app): State<App>,
    Caller(project): Caller,
    Path(customer): Path<String>,
    body: Bytes,
) -> Result<(StatusCode, Json<Data<View>>)> {
    let customer = customers::find(&app, project, &customer).await?;
    let mut fields = Fields::read(&body, ENVELOPE, KNOWN)?;
    let name = fields.text("name", LONGEST).value();
    let phone_number_id = meta_id(&mut fields, "phone_number_id");
    let business_account_id = meta_id(&mut fields, "business_account_id");
    let token = access_token(&mut fields);
    let pin = pin(&mut fields).value();
    let inbound_processing_enabled = fields.boolean("inbound_processing_enabled").value();
    let calls_enabled = fields.boolean("calls_enabled").value();
    for required in ["phone_number_id", "business_account_id", "access_token"] {
        if !fields.is_given(required) {
            fields.refuse(required, "is required");
        }
    }
    fields.done()?;
    let wish = by_hand::Wish {
        name,
        phone_number_id: phone_number_id.value().unwrap_or_default(),
        business_account_id: business_account_id.value().unwrap_or_default(),
        access_token: token.value().unwrap_or_default(),
        pin,
        inbound_processing_enabled: inbound_processing_enabled.unwrap_or(true),
        calls_enabled: calls_enabled.unwrap_or(false),
    };
    let number = by_hand::connect(&app, &customer, wish).await?;
    Ok((StatusCode::CREATED, data(view(number))))
}

/// Change a phone number
///
/// Only the fields that are there change; `null` brings a default back. Its ids cannot be changed.
#[utoipa::path(
    patch,
    path = "/whatsapp/phone_numbers/{phone_number_id}",
    operation_id = "update_phone_number",
    tag = "Phone numbers",
    params(("phone_number_id" = String, Path, description = "Meta's id of the number", example = "106540352242922")),
    request_body(content = Option<ChangeEnvelope>, example = json!({"whatsapp_phone_number": {"name": "Support"}})),
    responses(
        (status = 200, description = "The phone number", body = Data<View>),
        (status = 503, description = "Meta could not be asked about the token, and nothing was saved.",
            body = Failure, headers(("Retry-After" = u64, description = "Seconds to wait, when it is known")),
            example = json!({
                "error": "Meta could not be asked now; nothing was changed, try again later", "code": "meta_unavailable",
                "request_id": "019b0c5e-7a53-7c1e-9a55-3f0c6f0c2d11",
            })),
    )
)]
pub async fn update(
    State(app): State<App>,
    Caller(project): Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Data<View>>> {
    let known = find(&app, project, &id).await?;
    let mut fields = Fields::read(&body, ENVELOPE, KNOWN)?;
    let name = fields.text("name", LONGEST);
    if name == Given::Null {
        fields.refuse("name", "must not be null");
    }
    let inbound_processing_enabled = fields.boolean("inbound_processing_enabled");
    let calls_enabled = fields.boolean("calls_enabled");
    let token = access_token(&mut fields);
    for (fixed, before) in
        [("phone_number_id", &known.phone_number_id), ("business_account_id", &known.business_account_id)]
    {
        if meta_id(&mut fields, fixed).value().is_some_and(|id| id != *before) {
            fields.refuse(fixed, "cannot be changed; connect the other number instead");
        }
    }
    fields.done()?;
    let ids = (known.phone_number_id.as_str(), known.business_account_id.as_str());
    let proven = match token.value() {
        Some(token) => Some(by_hand::prove(&app, ids, token).await?),
        None => None,
    };
    let changed = by_hand::change(&app, project, &known.phone_number_id, proven, |number| {
        if let Given::Value(name) = name {
            number.name = name;
        }
        inbound_processing_enabled.put(&mut number.inbound_processing_enabled, true);
        calls_enabled.put(&mut number.calls_enabled, false);
    });
    Ok(data(view(changed.await?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::wire::names;

    #[test]
    fn the_document_names_the_fields_that_are_read() {
        assert_eq!(names::<Wish>(), KNOWN);
        assert!(names::<Change>().iter().all(|name| KNOWN.contains(&name.as_str())));
    }
}
