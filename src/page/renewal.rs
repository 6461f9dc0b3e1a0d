//! `/whatsapp/setup/{token}/renewal`: the customer of a link that is over asks for a new one.

use axum::{
    extract::{Path, RawQuery, State},
    response::Response,
};

use super::{chosen_language, keeping, leave, open};
use crate::{
    app::App,
    error::{Error, Result},
    invite,
    link::{Status, redirect, token::Token},
    store::links::Visit,
};

/// How the customer of a link that is over comes by a new one.
pub(super) enum Renewal {
    /// By a button of ours, which tells the platform: the form's address.
    Ask(String),
    /// At an address of the platform's. They press it themselves: nothing leads there, so nothing can go round in circles.
    Go(String),
    /// They have asked, and the platform knows.
    Asked,
}

impl Renewal {
    /// What there is for a link as it stands; `None` when it is not over, or done.
    pub(super) fn of(app: &App, token: &Token, visit: &Visit, query: Option<&str>) -> Option<Self> {
        let (link, now) = (&visit.link, app.clock.now());
        if !matches!(link.status(now), Status::Expired | Status::Revoked) {
            return None;
        }
        Some(match &visit.renewal_url {
            Some(url) => Self::Go(redirect::with_parameters(url, &[("setup_link_id", &link.id.to_string())])),
            None if link.may_be_renewed(now) => {
                Self::Ask(keeping(&format!("{}/renewal", token.path()), chosen_language(query)))
            }
            None => Self::Asked,
        })
    }
}

/// The button was pressed: the platform is told, and the link's page gives thanks.
pub async fn post(State(app): State<App>, Path(token): Path<String>, RawQuery(query): RawQuery) -> Result<Response> {
    let (token, visit) = open(&app, &token).await?;
    if let Some(Renewal::Ask(_)) = Renewal::of(&app, &token, &visit, query.as_deref()) {
        invite::ask_for_another(&app, visit.link.id).await?;
    }
    Ok(leave(&keeping(&token.path(), chosen_language(query.as_deref()))))
}

/// There is no page at this address: the link's own says it all.
pub async fn get(Path(token): Path<String>, RawQuery(query): RawQuery) -> Result<Response> {
    let token = Token::parse(&token).ok_or(Error::NotFound("page"))?;
    Ok(leave(&keeping(&token.path(), chosen_language(query.as_deref()))))
}
