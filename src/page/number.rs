//! `/whatsapp/setup/{token}/number`: which of several numbers. Shown at the progress page's address.

use std::collections::HashMap;

use askama::Template;
use axum::{
    Form,
    extract::{Path, RawQuery, State, rejection::FormRejection},
    http::{HeaderMap, StatusCode},
    response::Response,
};

use super::{Frame, Policy, chosen_language, keeping, language, leave, open, respond};
use crate::{
    app::App,
    connect,
    error::{Error, Result},
    link::token::Token,
    number::is_meta_provided,
    signup::{self, Candidate},
    store::{links::Visit, numbers, signups},
    words::Lang,
};

#[derive(Template)]
#[template(path = "number.html")]
struct NumberPage {
    frame: Frame,
    lead: String,
    action: String,
    numbers: Vec<Choice>,
    again: String,
    error: Option<String>,
}

struct Choice {
    phone_number_id: String,
    display: String,
    name: Option<String>,
    mark: Option<String>,
    selectable: bool,
    checked: bool,
}

/// The page has no address of its own to come back to: it is where the progress is.
pub async fn get(Path(token): Path<String>, RawQuery(query): RawQuery) -> Result<Response> {
    let token = Token::parse(&token).ok_or(Error::NotFound("page"))?;
    Ok(leave(&keeping(&format!("{}/progress", token.path()), chosen_language(query.as_deref()))))
}

/// The number is chosen.
pub async fn post(
    State(app): State<App>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    form: Result<Form<HashMap<String, String>>, FormRejection>,
) -> Result<Response> {
    let (token, visit) = open(&app, &token).await?;
    let form = form.map_err(|_| Error::BadRequest("not a form"))?;
    let chosen = form.get("phone_number_id").map_or("", String::as_str);
    if !connect::choose(&app, visit.link.id, chosen).await? {
        let waiting = signups::newest(app.store.acquire().await?.db(), visit.link.id).await?;
        if let Some(signup::State::Choose { candidates }) = waiting.map(|signup| signup.state) {
            let lang = language(query.as_deref(), Some(&visit.link), &headers);
            return show(&app, &token, &visit, &candidates, lang, query.as_deref(), Some("number-choose-one")).await;
        }
    }
    Ok(leave(&keeping(&format!("{}/progress", token.path()), chosen_language(query.as_deref()))))
}

/// Shows the numbers, newest first, with those marked that the platform has already.
pub(super) async fn show(
    app: &App,
    token: &Token,
    visit: &Visit,
    candidates: &[Candidate],
    lang: Lang,
    query: Option<&str>,
    error: Option<&str>,
) -> Result<Response> {
    let frame = Frame::of("number", lang, visit).titled("number-title").with_languages();
    let mut numbers = Vec::with_capacity(candidates.len());
    let mut lease = app.store.acquire().await?;
    for candidate in candidates {
        let known = numbers::find(lease.db(), visit.link.project_id, &candidate.phone_number_id).await?;
        let is_taken = known.as_ref().is_some_and(|number| number.customer_id != visit.link.customer_id);
        let is_limited = is_meta_provided(&candidate.display_phone_number);
        let mark = known.map(|_| if is_taken { "number-taken" } else { "number-connected" });
        let mark = mark.or(is_limited.then_some("meta-number"));
        numbers.push(Choice {
            phone_number_id: candidate.phone_number_id.clone(),
            display: Some(&candidate.display_phone_number)
                .filter(|n| !n.is_empty())
                .unwrap_or(&candidate.phone_number_id)
                .clone(),
            name: candidate.verified_name.clone(),
            mark: mark.map(|id| frame.say(id)),
            selectable: !is_taken,
            checked: false,
        });
    }
    let chosen = chosen_language(query);
    let again = keeping(&token.path(), chosen);
    let page = NumberPage {
        lead: lang.say("number-lead", &[("project", frame.name().into()), ("count", candidates.len().into())]),
        action: keeping(&format!("{}/number", token.path()), chosen),
        numbers,
        again: format!("{again}{}again=1", if again.contains('?') { '&' } else { '?' }),
        error: error.map(|id| frame.say(id)),
        frame,
    };
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    respond(status, &page.frame, &Policy::of_form(app, &visit.link), &page)
}
