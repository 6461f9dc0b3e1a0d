//! `/auth/facebook/callback`: the one address that Facebook sends people back to.

use std::collections::HashMap;

use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use tower_sessions::Session;
use url::form_urlencoded;

use super::{keeping, leave};
use crate::{
    app::App,
    connect::{self, Visitor},
    error::{Error, Result},
    meta::dialog::Answer,
    store::links,
};

const KEY: &str = "visitor";

/// The session's visitor, made when there is none. Written each time, which keeps the session alive for another login.
pub(super) async fn visitor(session: &Session) -> Result<Visitor> {
    let known: Option<Visitor> = session.get(KEY).await.map_err(|e| broken(&e))?;
    let visitor = known.unwrap_or_default();
    session.insert(KEY, &visitor).await.map_err(|e| broken(&e))?;
    Ok(visitor)
}

fn broken(error: &tower_sessions::session::Error) -> Error {
    Error::Internal(format!("session: {error}"))
}

/// Takes what Facebook says to the signup it belongs to, and shows the customer how that goes on.
pub async fn get(State(app): State<App>, session: Session, RawQuery(query): RawQuery) -> Result<Response> {
    let query: HashMap<String, String> =
        form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect();
    let answer = Answer::read(&query).ok_or(Error::BadRequest("neither a code nor an error"))?;
    let visitor: Option<Visitor> = session.get(KEY).await.map_err(|e| broken(&e))?;
    let state = query.get("state").map(String::as_str).filter(|state| !state.is_empty());
    let (link, lang) = connect::come_back(&app, state, &visitor.ok_or(Error::ForeignLogin)?, answer).await?;

    let visit = links::visit_by_id(app.store.acquire().await?.db(), link).await?.ok_or(Error::NotFound("page"))?;
    let token = app.token_of(&visit.link)?;
    Ok(leave(&keeping(&format!("{}/progress", token.path()), lang)))
}
