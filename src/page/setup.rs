//! `/whatsapp/setup/{token}`: the page that the customer opens, and the button on it.

use std::collections::HashMap;

use askama::Template;
use axum::{
    Form,
    extract::{Path, RawQuery, State, rejection::FormRejection},
    http::{HeaderMap, Method, StatusCode},
    response::Response,
};
use tower_sessions::Session;

use super::{
    Frame, Policy, Preview, chosen_language,
    hand_over::{self, Here},
    keeping, language, leave, login, open, outcome, parameter,
    popup::Popup,
    provision, respond,
};
use crate::{
    app::App,
    connect,
    error::{Error, Result},
    link::{ConnectionType, Status, token::Token},
    provision::{self as provisioning, Offer},
    signup::Step,
    store::links::Visit,
    web::person,
};

mod before;
mod which;

use before::Before;
use which::Which;

#[derive(Template)]
#[template(path = "setup.html")]
struct SetupPage {
    frame: Frame,
    action: String,
    cards: Vec<Card>,
    /// How it ended last time, where that was no success.
    before: Option<Before>,
    /// The questions that help to choose, where there is a choice.
    which: Option<Which>,
    /// Whether the customer will be asked for a number, and may be led to one of Meta's.
    has_trap: bool,
    keeps_app: bool,
    returns: Option<String>,
    error: Option<String>,
    here: Here,
    popup: Option<Popup>,
}

struct Card {
    kind: ConnectionType,
    speed: u32,
    checked: bool,
    is_recommended: bool,
}

/// Shows the page. Changes nothing, whoever or whatever reads it; that a person did is noted once it is on its way.
pub async fn get(
    State(app): State<App>,
    method: Method,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response> {
    let (token, visit) = open(&app, &token).await?;
    let query = query.as_deref();
    let starts_again = parameter(query, "again").is_some();
    if let Some(elsewhere) = elsewhere(&app, &token, &visit, (query, starts_again), &headers).await? {
        return Ok(elsewhere);
    }
    let shown = match provision::of_setup(&app, &token, &visit, query, &headers).await? {
        Some(shown) => shown,
        None => show(&app, &token, &visit, query, &headers, None).await?,
    };
    if person::looks(&method, &headers) {
        app.visits.note(&visit.link, &token, &person::hints(&headers), app.clock.now());
    }
    Ok(shown)
}

/// The choice is made: on to Facebook.
pub async fn post(
    State(app): State<App>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    session: Session,
    headers: HeaderMap,
    form: Result<Form<HashMap<String, String>>, FormRejection>,
) -> Result<Response> {
    let (token, visit) = open(&app, &token).await?;
    let query = query.as_deref();
    // Who presses the button wants to start, also where a choice of number still waits.
    if let Some(elsewhere) = elsewhere(&app, &token, &visit, (query, true), &headers).await? {
        return Ok(elsewhere);
    }
    let form = form.map_err(|_| Error::BadRequest("not a form"))?;
    let allowed = visit.link.connection_types();
    let chosen = match form.get("connection_type").filter(|value| !value.is_empty()) {
        Some(name) => ConnectionType::parse(name).filter(|chosen| allowed.contains(chosen)),
        None => allowed.first().copied().filter(|_| allowed.len() == 1),
    };
    let preverified = match provisioning::offer(&app, &visit.link).await? {
        Offer::Nothing => None,
        Offer::Number(id) => Some(id),
        Offer::Wait => {
            return Ok(leave(&keeping(&format!("{}/provision", token.path()), chosen_language(query))));
        }
    };
    let Some(connection_type) = chosen else {
        return show(&app, &token, &visit, query, &headers, Some("choose-one")).await;
    };
    let visitor = login::visitor(&session).await?;
    let state = connect::begin(&app, &visit, connection_type, &visitor, chosen_language(query)).await?;
    let lang = language(query, Some(&visit.link), &headers);
    let dialog = app.meta.dialog_url(connection_type, preverified.as_deref(), &state, lang)?;
    Ok(leave(dialog.as_str()))
}

/// Where somebody belongs who has no choice to make: a link that is over, or a signup that is running.
async fn elsewhere(
    app: &App,
    token: &Token,
    visit: &Visit,
    (query, starts_again): (Option<&str>, bool),
    headers: &HeaderMap,
) -> Result<Option<Response>> {
    let status = visit.link.status(app.clock.now());
    match (&visit.running, status) {
        (Some((_, Step::Choose)), Status::Active) if starts_again => Ok(None),
        // A signup that began in time goes on although the link's time ended meanwhile.
        (Some(_), Status::Active | Status::Expired) => {
            Ok(Some(leave(&keeping(&format!("{}/progress", token.path()), chosen_language(query)))))
        }
        (_, Status::Active) => Ok(None),
        _ => {
            let lang = language(query, Some(&visit.link), headers);
            outcome::of_link(app, token, visit, lang, query).await.map(Some)
        }
    }
}

async fn show(
    app: &App,
    token: &Token,
    visit: &Visit,
    query: Option<&str>,
    headers: &HeaderMap,
    error: Option<&str>,
) -> Result<Response> {
    let lang = language(query, Some(&visit.link), headers);
    let types = visit.link.connection_types();
    let mut frame = Frame::of("setup", lang, visit).titled("title").with_languages_keeping(&Which::kept(query));
    frame.preview = Some(Preview::of(app, token, "lead"));
    let which = (types.len() > 1).then(|| Which::of(&frame, token, query));
    let recommended = which.as_ref().and_then(|which| which.recommended);
    let before = Before::of(app, &frame, visit).await?;
    let likely = recommended.or_else(|| before.as_ref().and_then(|before| before.again));
    let card = |&kind: &ConnectionType| Card {
        kind,
        speed: kind.messages_per_second(),
        checked: types.len() == 1 || likely == Some(kind),
        is_recommended: recommended == Some(kind),
    };
    let device = hand_over::device(headers);
    let here = Here::new(app, token, &frame, visit, (query, device));
    let popup = Popup::new(app, token, visit, (lang, chosen_language(query)), (device, None));
    let mut policy = Policy { script: here.wants_script() || popup.is_some(), ..Policy::of_form(app, &visit.link) };
    policy.sdk = popup.is_some().then(|| app.meta.sdk_origins());
    let page = SetupPage {
        action: keeping(&token.path(), chosen_language(query)),
        cards: types.iter().map(card).collect(),
        before,
        which,
        has_trap: types.contains(&ConnectionType::Dedicated),
        keeps_app: types.contains(&ConnectionType::Coexistence),
        returns: frame.host.clone().map(|host| lang.say("who-returns", &[("host", host.into())])),
        error: error.map(|id| frame.say(id)),
        here,
        popup,
        frame,
    };
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    respond(status, &page.frame, &policy, &page)
}
