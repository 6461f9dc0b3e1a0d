//! `/whatsapp/setup/{token}/progress`: what is being done, live; works without script.

use std::time::Duration;

use askama::Template;
use axum::{
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};

use super::{
    Frame, Policy, chosen_language, keeping, language, leave,
    live::{self, Look, Watched},
    number, open, outcome, respond,
};
use crate::{
    app::App,
    error::{Error, Result},
    id::LinkId,
    signup::{self, Progress, Signup},
    store::{links::Visit, signups},
    web::client::Client,
    words::Lang,
};

#[derive(Template)]
#[template(path = "progress.html")]
struct ProgressPage {
    frame: Frame,
    rows: Vec<Row>,
    lead: String,
    events: String,
    here: String,
}

#[derive(Template)]
#[template(path = "parts/steps.html")]
struct Steps<'a> {
    rows: &'a [Row],
}

/// A step, as a page shows it.
pub(super) struct Row {
    pub(super) label: String,
    pub(super) state: &'static str,
    pub(super) state_label: String,
}

impl Row {
    pub(super) fn new(label: String, progress: Progress, lang: Lang) -> Self {
        let state = match progress {
            Progress::Done => "done",
            Progress::Now => "now",
            Progress::Next => "next",
            Progress::Stopped => "stopped",
        };
        Self { label, state, state_label: lang.plain(&format!("step-state-{state}"), &[]) }
    }
}

/// The steps of a signup.
pub(super) fn rows(signup: &Signup, lang: Lang) -> Vec<Row> {
    signup.progress().into_iter().map(|(words, progress)| Row::new(lang.plain(words, &[]), progress, lang)).collect()
}

/// Shows where the link's signup stands: on its way, waiting for a choice, or over.
pub async fn get(
    State(app): State<App>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response> {
    let (token, visit) = open(&app, &token).await?;
    let query = query.as_deref();
    let lang = language(query, Some(&visit.link), &headers);
    let Some(signup) = signups::newest(app.store.acquire().await?.db(), visit.link.id).await? else {
        return Ok(leave(&keeping(&token.path(), chosen_language(query))));
    };
    match &signup.state {
        signup::State::Connected { number } => {
            let at = signup.ended_at.unwrap_or(signup.created_at);
            outcome::connected(&app, &token, &visit, (*number, at), lang, query).await
        }
        signup::State::Failed { reason, .. } => {
            outcome::failed(&app, &token, &visit, (*reason, rows(&signup, lang)), lang, query).await
        }
        signup::State::Choose { candidates } => number::show(&app, &token, &visit, candidates, lang, query, None).await,
        _ => running(
            &app,
            &visit,
            &signup,
            lang,
            &keeping(&format!("{}/progress", token.path()), chosen_language(query)),
        ),
    }
}

fn running(app: &App, visit: &Visit, signup: &Signup, lang: Lang, here: &str) -> Result<Response> {
    let (path, query) = here.split_once('?').unwrap_or((here, ""));
    let mut frame = Frame::of("progress", lang, visit).titled("progress-title").with_languages();
    frame.refresh = Some(here.to_owned());
    let page = ProgressPage {
        rows: rows(signup, lang),
        lead: frame.say(if is_patient(app, signup) { "progress-waiting" } else { "progress-lead" }),
        events: format!("{path}/events?{query}"),
        here: here.to_owned(),
        frame,
    };
    respond(StatusCode::OK, &page.frame, &Policy { script: true, ..Policy::default() }, &page)
}

/// Whether Meta asked for a wait that a person notices.
fn is_patient(app: &App, signup: &Signup) -> bool {
    signup.next_at.since(app.clock.now()) > Duration::from_secs(30)
}

/// The same, live.
pub async fn events(
    State(app): State<App>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    client: Client,
    headers: HeaderMap,
) -> Result<Response> {
    let (_, visit) = open(&app, &token).await?;
    let lang = language(query.as_deref(), Some(&visit.link), &headers);
    live::follow(app, client, Watch { link: visit.link.id, lang, patient: None })
}

struct Watch {
    link: LinkId,
    lang: Lang,
    /// Whether the page said that Meta asked for a wait; a change of that is in no step.
    patient: Option<bool>,
}

impl Watched for Watch {
    fn link(&self) -> LinkId {
        self.link
    }

    async fn look(&mut self, app: &App) -> Result<Look> {
        let signup = signups::newest(app.store.acquire().await?.db(), self.link).await?;
        let running = signup.filter(|s| !s.state.is_over() && s.state.step() != signup::Step::Choose);
        let patient = running.as_ref().map(|signup| is_patient(app, signup));
        let Some(signup) = running.filter(|_| self.patient.is_none() || patient == self.patient) else {
            return Ok(Look::Over);
        };
        self.patient = patient;
        steps(&rows(&signup, self.lang)).map(Look::Steps)
    }
}

/// The list alone.
pub(super) fn steps(rows: &[Row]) -> Result<String> {
    Steps { rows }.render().map_err(|e| Error::Internal(e.to_string()))
}
