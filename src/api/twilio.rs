//! `/project/twilio`: a project's own Twilio account. What lets us into it is never shown again.

use axum::{Json, body::Bytes, extract::State, http::StatusCode};
use secrecy::SecretString;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    fields::Fields,
    key::Caller,
    setup_links::is_country,
    wire::{Data, Time, data},
};
use crate::{
    app::App,
    error::{Error, Result},
    provision::accounts::{self, Credentials, Means},
    provisioned::{CountryRule, NumberType},
    store::twilio_accounts::TwilioAccount,
    twilio::{Account, is_account_sid, is_sid},
};

const KNOWN: &[&str] = &["account_sid", "auth_token", "api_key_sid", "api_key_secret", "countries"];
/// An account's countries, at most: every country there is.
const MOST_COUNTRIES: usize = 249;

/// A project's own Twilio account.
#[derive(Serialize, ToSchema)]
#[schema(as = TwilioAccount)]
pub struct View {
    #[schema(examples("AC0123456789abcdef0123456789abcdef"))]
    account_sid: String,
    /// The API key that calls are made with; null when they are made with the auth token.
    #[schema(required, examples("SK0123456789abcdef0123456789abcdef"))]
    api_key_sid: Option<String>,
    /// What the account has for which country.
    countries: Vec<Country>,
    created_at: Time,
    updated_at: Time,
}

/// What an account has for a country.
#[derive(Serialize, ToSchema)]
#[schema(as = TwilioCountry)]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    #[schema(examples("CL"))]
    iso: String,
    /// The type of number to buy; null for the first that Twilio sells there.
    #[schema(required)]
    number_type: Option<NumberType>,
    /// Approved documents, where the country asks for them.
    #[schema(required, examples("BU0123456789abcdef0123456789abcdef"))]
    bundle_sid: Option<String>,
    /// An address, where the country asks for one.
    #[schema(required, examples("AD0123456789abcdef0123456789abcdef"))]
    address_sid: Option<String>,
}

/// The envelope of a Twilio account.
#[derive(ToSchema)]
#[schema(as = TwilioAccountRequest)]
pub struct Envelope {
    /// The account.
    pub twilio: Wish,
}

/// A Twilio account, and what lets us into it.
#[derive(ToSchema)]
#[schema(as = TwilioAccountFields)]
pub struct Wish {
    /// The account.
    #[schema(pattern = "^AC[0-9a-fA-F]{32}$", examples("AC0123456789abcdef0123456789abcdef"))]
    pub account_sid: String,
    /// Signs what Twilio sends, so it is needed beside an API key too.
    #[schema(min_length = 1, max_length = 128, examples("0123456789abcdef0123456789abcdef"))]
    pub auth_token: String,
    /// An API key to make calls with instead.
    #[schema(pattern = "^SK[0-9a-fA-F]{32}$", examples("SK0123456789abcdef0123456789abcdef"))]
    pub api_key_sid: Option<String>,
    /// Its secret.
    #[schema(min_length = 1, max_length = 128, examples("0123456789abcdef0123456789abcdef"))]
    pub api_key_secret: Option<String>,
    /// What the account has for which country. Countries that are not listed can be bought in too, without documents.
    #[schema(max_items = 249)]
    pub countries: Option<Vec<Country>>,
}

fn view(account: TwilioAccount) -> View {
    let country = |rule: CountryRule| Country {
        iso: rule.iso,
        number_type: rule.number_type,
        bundle_sid: rule.bundle_sid,
        address_sid: rule.address_sid,
    };
    View {
        account_sid: account.account_sid,
        api_key_sid: account.api_key_sid,
        countries: account.countries.0.into_iter().map(country).collect(),
        created_at: account.created_at.into(),
        updated_at: account.updated_at.into(),
    }
}

/// Get the project's Twilio account
#[utoipa::path(
    get,
    path = "/project/twilio",
    operation_id = "get_twilio_account",
    tag = "Provisioned phone numbers",
    responses(
        (status = 200, description = "The account", body = Data<View>),
        (status = 404, description = "The project has none", body = super::wire::Failure),
    )
)]
pub async fn get(State(app): State<App>, Caller(project): Caller) -> Result<Json<Data<View>>> {
    let account = accounts::of_project(&app, project).await?;
    Ok(data(view(account.ok_or(Error::NotFound("Twilio account"))?)))
}

/// Set the project's Twilio account
///
/// It is asked of Twilio whether the credentials open the account and whether each bundle is approved; nothing is saved when
/// not. Numbers are bought with it from then on, and of other countries than the US too.
#[utoipa::path(
    put,
    path = "/project/twilio",
    operation_id = "set_twilio_account",
    tag = "Provisioned phone numbers",
    request_body(content = Envelope, example = json!({"twilio": {
        "account_sid": "AC0123456789abcdef0123456789abcdef",
        "auth_token": "0123456789abcdef0123456789abcdef",
        "countries": [{"iso": "CL", "bundle_sid": "BU0123456789abcdef0123456789abcdef"}],
    }})),
    responses(
        (status = 200, description = "The account", body = Data<View>),
        (status = 409, description = "Numbers are held on the account of before", body = super::wire::Failure),
        (status = 503, description = "Twilio does not answer", body = super::wire::Failure),
    )
)]
pub async fn put(State(app): State<App>, Caller(project): Caller, body: Bytes) -> Result<Json<Data<View>>> {
    let credentials = credentials(&body)?;
    Ok(data(view(accounts::set(&Means::of(&app), project, credentials).await?)))
}

/// Forget the project's Twilio account
#[utoipa::path(
    delete,
    path = "/project/twilio",
    operation_id = "forget_twilio_account",
    tag = "Provisioned phone numbers",
    responses(
        (status = 204, description = "It is forgotten"),
        (status = 404, description = "The project has none", body = super::wire::Failure),
        (status = 409, description = "Numbers are held on it", body = super::wire::Failure),
    )
)]
pub async fn delete(State(app): State<App>, Caller(project): Caller) -> Result<StatusCode> {
    accounts::forget(&app, project).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Reads an account out of a request's body.
///
/// # Errors
/// Every field that is wrong.
pub fn credentials(body: &Bytes) -> Result<Credentials> {
    let mut fields = Fields::read(body, "twilio", KNOWN)?;
    let is = |kind: &'static str| {
        move |value: &Value| {
            let sid = value.as_str().filter(|sid| is_sid(sid, kind));
            sid.map(str::to_owned).ok_or_else(|| format!("must be {kind} and 32 hexadecimal digits"))
        }
    };
    let sid = fields.field("account_sid", is("AC")).value();
    let token = fields.text("auth_token", 128).value();
    let key = fields.field("api_key_sid", is("SK")).value();
    let secret = fields.text("api_key_secret", 128).value();
    let countries = fields.list("countries", MOST_COUNTRIES, country).value().unwrap_or_default();
    for (name, is_missing) in [
        ("account_sid", sid.is_none()),
        ("auth_token", token.is_none()),
        ("api_key_sid", key.is_none() && secret.is_some()),
        ("api_key_secret", secret.is_none() && key.is_some()),
    ] {
        if is_missing && !fields.is_refused(name) {
            fields.refuse(name, "is required");
        }
    }
    for (at, rule) in countries.iter().enumerate() {
        if countries[..at].iter().any(|before| before.iso == rule.iso) {
            fields.refuse("countries", &format!("must name {} once", rule.iso));
        }
    }
    fields.done()?;
    let (Some(sid), Some(token)) = (sid.filter(|sid| is_account_sid(sid)), token) else {
        return Err(Error::Internal("required fields are there".to_owned()));
    };
    let api_key = key.zip(secret.map(SecretString::from));
    Ok(Credentials { account: Account { sid, auth_token: SecretString::from(token), api_key }, countries })
}

fn country(value: &Value) -> Result<CountryRule, String> {
    let iso = value.get("iso").and_then(Value::as_str).filter(|iso| is_country(iso));
    let iso = iso.ok_or("must each have an iso: an ISO 3166-1 alpha-2 country code in capitals")?.to_owned();
    let given = |name: &str| value.get(name).filter(|value| !value.is_null());
    let sid = |name: &'static str, kind: &'static str| {
        let given = given(name).map(|value| value.as_str().filter(|sid| is_sid(sid, kind)).map(str::to_owned));
        given.map(|sid| sid.ok_or_else(|| format!("must have {kind} and 32 hexadecimal digits as {name}"))).transpose()
    };
    let number_type = given("number_type").map(|value| value.as_str().and_then(NumberType::parse));
    let number_type = number_type
        .map(|kind| kind.ok_or("must have one of local, mobile, national, toll_free as number_type"))
        .transpose()?;
    Ok(CountryRule { iso, number_type, bundle_sid: sid("bundle_sid", "BU")?, address_sid: sid("address_sid", "AD")? })
}
