//! `/whatsapp/setup/{token}/popup`: the login in a window of its own, by Meta's JavaScript SDK. Our script asks for a state
//! before it, and brings the window's answer after it; what is done with that is the same as on the way by redirect.

use std::collections::HashMap;

use axum::{
    Form, Json,
    extract::{Path, RawQuery, State, rejection::FormRejection},
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};
use serde_json::json;
use tower_sessions::Session;

use super::{chosen_language, keeping, leave, login, open};
use crate::{
    app::App,
    connect,
    device::Device,
    error::{Error, Result},
    link::{ConnectionType, Status, token::Token},
    meta::{dialog::Answer, sdk::Sdk},
    provision,
    store::links::Visit,
    words::Lang,
};

type PostedForm = Result<Form<HashMap<String, String>>, FormRejection>;

/// What the page tells our script.
pub(super) struct Popup {
    /// What the script tells the SDK.
    pub(super) sdk: Sdk,
    /// The `extras` of each type on offer.
    pub(super) extras: Vec<(&'static str, String)>,
    /// Where the script asks for a state.
    pub(super) begin: String,
    /// Where it brings the answer.
    pub(super) answer: String,
}

impl Popup {
    /// `None` where the login goes by redirect alone. With the id of a number that is verified beforehand, it is offered.
    pub(super) fn new(
        app: &App,
        token: &Token,
        visit: &Visit,
        (lang, chosen): (Lang, Option<Lang>),
        (device, preverified): (Device, Option<&str>),
    ) -> Option<Self> {
        let types = visit.link.connection_types();
        Some(Self {
            sdk: app.meta.sdk(device, lang)?,
            extras: types.iter().map(|&kind| (kind.as_str(), app.meta.extras_of(kind, preverified))).collect(),
            begin: keeping(&format!("{}/popup", token.path()), chosen),
            answer: keeping(&format!("{}/popup/answer", token.path()), chosen),
        })
    }
}

/// The window is open: notes the login and gives its state. The page's script brings it back with the answer.
pub async fn begin(
    State(app): State<App>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    session: Session,
    headers: HeaderMap,
    form: PostedForm,
) -> Result<Response> {
    let (_, visit) = open(&app, &token).await?;
    let form = form.map_err(|_| Error::BadRequest("not a form"))?;
    let chosen = form.get("connection_type").and_then(|name| ConnectionType::parse(name));
    let connection_type = chosen.ok_or(Error::BadRequest("no connection type"))?;
    // The form itself knows where somebody belongs who comes too late.
    if visit.link.status(app.clock.now()) != Status::Active
        || !app.meta.may_open_window(super::hand_over::device(&headers))
    {
        return Err(Error::Conflict("no window is wanted here".to_owned()));
    }
    if provision::offer(&app, &visit.link).await? == provision::Offer::Wait {
        return Err(Error::Conflict("the number's own page has something to say first".to_owned()));
    }
    let visitor = login::visitor(&session).await?;
    let state = connect::begin(&app, &visit, connection_type, &visitor, chosen_language(query.as_deref())).await?;
    Ok(Json(json!({"state": state})).into_response())
}

/// The window's answer: a code and what was said beside it, or neither.
pub async fn answer(
    State(app): State<App>,
    Path(token): Path<String>,
    session: Session,
    form: PostedForm,
) -> Result<Response> {
    let (token, visit) = open(&app, &token).await?;
    let form = form.map_err(|_| Error::BadRequest("not a form"))?;
    let given = |name: &str| form.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let state = given("state").ok_or(Error::BadRequest("no state"))?;
    let visitor = login::known(&session).await?.ok_or(Error::ForeignLogin)?;
    let answer = Answer::of_window(given("code"), given("message"));
    let (_, lang) = connect::come_back(&app, Some(state), &visitor, answer, Some(visit.link.id)).await?;
    Ok(leave(&keeping(&format!("{}/progress", token.path()), lang)))
}
