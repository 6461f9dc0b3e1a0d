//! `/auth/facebook/callback`: the one address that Facebook sends people back to.

use std::collections::HashMap;

use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use tower_sessions::{Expiry, Session};
use url::form_urlencoded;

use super::{keeping, leave};
use crate::{
    app::App,
    connect::{self, Visitor},
    error::{Error, Result},
    meta::dialog::Answer,
    store::links,
};

/// How long a session lives without another login.
pub const LIFETIME: time::Duration = time::Duration::hours(2);

/// The session's visitor, made when there is none. The session lives on for another login: as long as Meta's flow may take
/// and more.
///
/// The session's id is not changed after the login: nothing is gained with it, since the token in the address is all that
/// a page asks for, and two tabs that come back at once would take it from each other.
pub(super) async fn visitor(session: &Session) -> Result<Visitor> {
    let visitor = known(session).await?.unwrap_or_default();
    session.insert(Visitor::IN_SESSION, &visitor).await.map_err(|e| broken(&e))?;
    // The same value again would not count as a change, and the session would end two hours after the first login.
    session.set_expiry(Some(Expiry::OnInactivity(LIFETIME)));
    Ok(visitor)
}

/// The session's visitor, if it has one.
pub(super) async fn known(session: &Session) -> Result<Option<Visitor>> {
    session.get(Visitor::IN_SESSION).await.map_err(|e| broken(&e))
}

fn broken(error: &tower_sessions::session::Error) -> Error {
    // The store's own error is text by now, and says in most cases that the database is away: that passes.
    match error {
        tower_sessions::session::Error::Store(error) => Error::Busy(format!("session: {error}")),
        error @ tower_sessions::session::Error::SerdeJson(_) => Error::Internal(format!("session: {error}")),
    }
}

/// Takes what Facebook says to the signup it belongs to, and shows the customer how that goes on.
pub async fn get(State(app): State<App>, session: Session, RawQuery(query): RawQuery) -> Result<Response> {
    let query: HashMap<String, String> =
        form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect();
    let answer = Answer::read(&query).ok_or(Error::BadRequest("neither a code nor an error"))?;
    let visitor = known(&session).await?.ok_or(Error::ForeignLogin)?;
    let state = query.get("state").map(String::as_str).filter(|state| !state.is_empty());
    let (link, lang) = connect::come_back(&app, state, &visitor, answer, None).await?;

    let visit = links::visit_by_id(app.store.acquire().await?.db(), link).await?.ok_or(Error::NotFound("page"))?;
    let token = app.token_of(&visit.link)?;
    Ok(leave(&keeping(&format!("{}/progress", token.path()), lang)))
}
