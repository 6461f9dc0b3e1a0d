//! What others tell us unasked. Twilio: a message or a call has reached a number. Meta ([`meta`]): what became of one. Signed,
//! or not heard at all.
//!
//! A message is read while its number's customer waits for a code; a call is answered without a word, recorded and
//! transcribed. Everything else gets an empty answer and leaves nothing behind.

use axum::{
    Router,
    body::Bytes,
    extract::{OriginalUri, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use url::form_urlencoded;

use crate::{
    app::App,
    error::Result,
    id::ProvisionedId,
    provision::hear,
    provisioned::Provisioned,
    twilio::inbound::{SMS, VOICE, is_call, is_recording},
};

mod meta;

/// Its paths.
pub fn router() -> Router<App> {
    Router::new()
        .route("/meta/webhooks", get(meta::handshake).post(meta::told))
        .route(SMS, post(sms))
        .route(VOICE, post(voice))
        .route("/twilio/voice/recorded", post(recorded))
        .route("/twilio/voice/heard", post(heard))
}

/// A form that Twilio has signed, and the number that waits for what it tells.
struct Told {
    form: Vec<(String, String)>,
    number: Option<Provisioned>,
}

impl Told {
    /// `None` when it was not Twilio who told.
    async fn read(app: &App, uri: &OriginalUri, headers: &HeaderMap, body: &Bytes) -> Result<Option<Self>> {
        let form: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
        let path = uri.path_and_query().map_or("", |path| path.as_str());
        let signature = headers.get("x-twilio-signature").and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !hear::is_authentic(app, path, &form, signature).await? {
            tracing::warn!("a request to one of Twilio's addresses was not signed by an account of ours");
            return Ok(None);
        }
        let mut told = Self { form, number: None };
        let account = told.field("AccountSid");
        told.number = match named(uri) {
            Some(id) => hear::listener_of(app, account, id).await?,
            None => hear::listener(app, account, told.field("To")).await?,
        };
        Ok(Some(told))
    }

    fn field(&self, name: &str) -> &str {
        self.form.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.as_str())
    }
}

/// The number that one of our own addresses names: what is told of a recording has no `To`.
fn named(uri: &OriginalUri) -> Option<ProvisionedId> {
    let mut fields = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    fields.find(|(name, _)| name == "number").and_then(|(_, id)| ProvisionedId::parse(&id))
}

/// `TwiML`: what is to be done now. Nothing, most of the time.
fn twiml(inside: &str) -> Response {
    let body = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response>{inside}</Response>");
    ([(header::CONTENT_TYPE, "text/xml; charset=utf-8")], body).into_response()
}

fn foreign() -> Response {
    StatusCode::FORBIDDEN.into_response()
}

/// A message.
async fn sms(State(app): State<App>, uri: OriginalUri, headers: HeaderMap, body: Bytes) -> Result<Response> {
    let Some(told) = Told::read(&app, &uri, &headers, &body).await? else { return Ok(foreign()) };
    if let Some(number) = &told.number {
        let (from, body, sid) = (told.field("From"), told.field("Body"), told.field("MessageSid"));
        hear::message(&app, number, from, body, sid).await?;
    }
    Ok(twiml(""))
}

/// A call. Meta cannot deliver a code to a voice that speaks first, so it is recorded from its first moment.
async fn voice(State(app): State<App>, uri: OriginalUri, headers: HeaderMap, body: Bytes) -> Result<Response> {
    let Some(told) = Told::read(&app, &uri, &headers, &body).await? else { return Ok(foreign()) };
    let call = told.field("CallSid");
    let Some(number) = told.number.as_ref().filter(|_| is_call(call)) else { return Ok(twiml("")) };
    hear::called(&app, number, call).await?;
    let address = |path: &str| app.public_url.of(&format!("/twilio/voice/{path}?number={}", number.id));
    let (recorded, heard) = (address("recorded"), address("heard"));
    Ok(twiml(&format!(
        "<Record playBeep=\"false\" trim=\"do-not-trim\" timeout=\"10\" maxLength=\"60\" transcribe=\"true\" \
         transcribeCallback=\"{heard}\" recordingStatusCallback=\"{recorded}\" action=\"{recorded}\"/>"
    )))
}

/// A call was recorded: it can be played until its code is too old.
async fn recorded(State(app): State<App>, uri: OriginalUri, headers: HeaderMap, body: Bytes) -> Result<Response> {
    let Some(told) = Told::read(&app, &uri, &headers, &body).await? else { return Ok(foreign()) };
    let sid = told.field("RecordingSid");
    if let Some(number) = told.number.as_ref().filter(|_| is_recording(sid)) {
        hear::recorded(&app, number, sid).await?;
    }
    Ok(twiml("<Hangup/>"))
}

/// A recording was transcribed, or could not be.
async fn heard(State(app): State<App>, uri: OriginalUri, headers: HeaderMap, body: Bytes) -> Result<Response> {
    let Some(told) = Told::read(&app, &uri, &headers, &body).await? else { return Ok(foreign()) };
    if let Some(number) = &told.number
        && !hear::speech(&app, number, told.field("TranscriptionText"), told.field("CallSid")).await?
    {
        tracing::info!(provisioned = %number.id, "a call could not be read; its recording can be played");
    }
    Ok(twiml(""))
}
