//! The pages a person sees: the dialog, its errors, and where a demo platform's customers land.

use askama::Template;
use axum::{
    body::{Body, Bytes},
    extract::{Path, RawQuery, State},
    http::{Response, StatusCode, header},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};

use super::{
    ask::pairs,
    dialog::{Refused, Request},
    login::{Login, Outcome},
    popup::{self, Speech},
    trouble::Trouble,
    world::World,
};
use crate::clock::random;

#[derive(Template)]
#[template(path = "sandbox/dialog.html")]
struct DialogPage<'a> {
    nonce: String,
    version: &'a str,
    parameters: &'a [(String, String)],
    locale: &'a str,
    asked: Outcome,
    outcomes: &'static [Outcome],
    troubles: &'static [Trouble],
    /// For a window of its own.
    speeches: &'static [Speech],
    phone_number: &'a str,
    /// Whether the number is the one that was verified beforehand.
    is_verified: bool,
    /// Whether a code is on its way to that number.
    is_sent: bool,
}

#[derive(Template)]
#[template(path = "sandbox/refused.html")]
struct RefusedPage<'a> {
    nonce: String,
    title: &'a str,
    reason: &'a str,
}

#[derive(Template)]
#[template(path = "sandbox/landing.html")]
struct LandingPage<'a> {
    nonce: String,
    name: &'a str,
    heading: &'a str,
    parameters: &'a [(String, String)],
}

/// `GET /{version}/dialog/oauth`.
pub(super) async fn dialog(
    State(world): State<World>,
    Path(version): Path<String>,
    RawQuery(query): RawQuery,
) -> Response<Body> {
    match world.check(&version, pairs(query.unwrap_or_default().as_bytes())) {
        Err(refused) => refusal(&refused),
        Ok(request) => {
            let offered = request.offered.as_ref().map_or("", |offered| offered.display.as_str());
            dialog_page(&request, &version, offered, false)
        }
    }
}

fn dialog_page(request: &Request, version: &str, phone_number: &str, is_sent: bool) -> Response<Body> {
    let nonce = nonce();
    let page = DialogPage {
        nonce: nonce.clone(),
        version,
        parameters: &request.parameters,
        locale: &request.locale,
        asked: Outcome::of(request.asked),
        outcomes: Outcome::ALL,
        troubles: Trouble::ALL,
        speeches: if request.opener.is_some() { Speech::ALL } else { &[] },
        is_verified: request.offers(phone_number),
        phone_number,
        is_sent,
    };
    show(StatusCode::OK, &nonce, &page)
}

/// Facebook proves that a number is its customer's: by a code in a message or in a call.
async fn send_code(world: &World, fields: Vec<(String, String)>, by_call: bool) -> Result<Response<Body>, Refused> {
    let last = |name: &str| fields.iter().rev().find(|(field, _)| field == name).map(|(_, value)| value.clone());
    let version = last("graph_version").unwrap_or_else(|| world.settings().graph_version.clone());
    let phone_number = last("phone_number").unwrap_or_default();
    let request = world.check(&version, fields)?;
    world.twilio().send_code(&phone_number, by_call).await?;
    Ok(dialog_page(&request, &version, &phone_number, true))
}

/// `POST /sandbox/dialog`: the dialog's form, or a script that sends the same fields.
pub(super) async fn submit(State(world): State<World>, body: Bytes) -> Response<Body> {
    let fields = pairs(&body);
    let way = fields.iter().find(|(name, value)| name == "action" && ["sms", "call"].contains(&value.as_str()));
    if let Some((_, way)) = way {
        let by_call = way == "call";
        return send_code(&world, fields, by_call).await.unwrap_or_else(|refused| refusal(&refused));
    }
    match answer(&world, fields) {
        Err(refused) => refusal(&refused),
        Ok(answer) => answer,
    }
}

fn answer(world: &World, fields: Vec<(String, String)>) -> Result<Response<Body>, Refused> {
    let last = |name: &str| {
        fields.iter().rev().find(|(field, value)| field == name && !value.is_empty()).map(|(_, value)| value.clone())
    };
    let version = last("graph_version").unwrap_or_else(|| world.settings().graph_version.clone());
    let outcome = last("outcome");
    let phone_number = last("phone_number");
    let action = last("action");
    let speech = last("speech");
    let last_code = last("verification_code");
    let mut troubles = Vec::new();
    for (_, name) in fields.iter().filter(|(field, value)| field == "fault" && !value.is_empty() && value != "none") {
        troubles.push(Trouble::parse(name).ok_or_else(|| unknown("fault", name))?);
    }
    let request = world.check(&version, fields)?;
    let outcome = match (action.as_deref(), outcome) {
        (Some("cancel"), _) => Outcome::Cancel,
        // Meta's documentation: on the last screen, closing the window is finishing too.
        (None | Some("finish" | "close"), None) => Outcome::of(request.asked),
        (None | Some("finish" | "close"), Some(name)) => {
            Outcome::parse(&name).ok_or_else(|| unknown("outcome", &name))?
        }
        (Some(other), _) => return Err(unknown("action", other)),
    };
    let entered = phone_number.as_deref().unwrap_or_default();
    if outcome != Outcome::Cancel && !request.offers(entered) {
        world.twilio().prove(entered, last_code.as_deref().unwrap_or_default())?;
    }
    let speech = match speech {
        None => Speech::Plain,
        Some(name) => Speech::parse(&name).ok_or_else(|| unknown("speech", &name))?,
    };
    let login = Login { outcome, phone_number, troubles, speech };
    if let Some(opener) = &request.opener {
        return popup::speak(world, &request, opener, &login);
    }
    let location = world.finish(&request, &login)?;
    let redirect = Response::builder().status(StatusCode::FOUND).header(header::LOCATION, location);
    Ok(redirect.header(header::CACHE_CONTROL, "no-store").body(Body::empty()).unwrap_or_default())
}

fn unknown(field: &str, value: &str) -> Refused {
    Refused::new("Unknown Choice", format!("The sandbox has no {field} named {value}."))
}

/// `GET /platform/success`.
pub(super) async fn success(RawQuery(query): RawQuery) -> Response<Body> {
    landing("platform-success", "Connected: back at the platform", query)
}

/// `GET /platform/failure`.
pub(super) async fn failure(RawQuery(query): RawQuery) -> Response<Body> {
    landing("platform-failure", "Not connected: back at the platform", query)
}

fn landing(name: &str, heading: &str, query: Option<String>) -> Response<Body> {
    let nonce = nonce();
    let parameters = pairs(query.unwrap_or_default().as_bytes());
    show(StatusCode::OK, &nonce, &LandingPage { nonce: nonce.clone(), name, heading, parameters: &parameters })
}

fn refusal(refused: &Refused) -> Response<Body> {
    let nonce = nonce();
    let page = RefusedPage { nonce: nonce.clone(), title: refused.title, reason: &refused.reason };
    show(StatusCode::BAD_REQUEST, &nonce, &page)
}

pub(super) fn nonce() -> String {
    BASE64_STANDARD.encode(random::<16>())
}

/// A page with a policy of its own.
pub(super) fn show_with(page: &impl Template, policy: &str) -> Response<Body> {
    show_as(StatusCode::OK, policy, page)
}

/// The policy has no `form-action`: in Chromium that would also stop the redirect that answers the form.
fn show(status: StatusCode, nonce: &str, page: &impl Template) -> Response<Body> {
    let policy = format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
    );
    show_as(status, &policy, page)
}

fn show_as(status: StatusCode, policy: &str, page: &impl Template) -> Response<Body> {
    let Ok(html) = page.render() else {
        let mut broken = Response::new(Body::from("The sandbox could not write its page."));
        *broken.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        return broken;
    };
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "text/html; charset=utf-8")
        .header(header::CACHE_CONTROL, "no-store")
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(header::CONTENT_SECURITY_POLICY, policy)
        .body(Body::from(html))
        .unwrap_or_default()
}
