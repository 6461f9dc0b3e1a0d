//! `/whatsapp/setup/{token}/progress`: what is being done, live; works without script.

use std::{convert::Infallible, time::Duration};

use askama::Template;
use axum::{
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{
        IntoResponse as _, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::stream;

use super::{Frame, Policy, chosen_language, keeping, language, leave, number, open, outcome, respond};
use crate::{
    app::App,
    error::{Error, Result},
    id::LinkId,
    signup::{self, Progress, Signup},
    store::{links::Visit, signups},
    words::Lang,
};

/// How often a page that watches looks by itself: another process may be the one that moves the signup.
const LOOK: Duration = Duration::from_secs(1);
/// How long one stream lasts; browsers come back by themselves.
const STREAM: Duration = Duration::from_secs(5 * 60);

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

pub(super) fn rows(signup: &Signup, lang: Lang) -> Vec<Row> {
    let row = |(words, progress): (&'static str, Progress)| {
        let state = match progress {
            Progress::Done => "done",
            Progress::Now => "now",
            Progress::Next => "next",
            Progress::Stopped => "stopped",
        };
        Row { label: lang.plain(words, &[]), state, state_label: lang.plain(&format!("step-state-{state}"), &[]) }
    };
    signup.progress().into_iter().map(row).collect()
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
        signup::State::Connected { number } => outcome::connected(&app, &token, &visit, *number, lang, query).await,
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

/// The same, as server-sent events: `steps` with the list anew whenever it changed, and `end` when the page should
/// be loaded again because it will show something else.
pub async fn events(
    State(app): State<App>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response> {
    let (_, visit) = open(&app, &token).await?;
    let lang = language(query.as_deref(), Some(&visit.link), &headers);
    let watch = Watch {
        until: tokio::time::Instant::now() + STREAM,
        shown: None,
        patient: None,
        is_over: false,
        lang,
        link: visit.link.id,
        app,
    };
    let stream = stream::unfold(watch, Watch::next);
    let headers = [(header::CACHE_CONTROL, "no-store"), (header::HeaderName::from_static("x-accel-buffering"), "no")];
    Ok((headers, Sse::new(stream).keep_alive(KeepAlive::default())).into_response())
}

struct Watch {
    app: App,
    link: LinkId,
    lang: Lang,
    shown: Option<String>,
    /// Whether the page said that Meta asked for a wait; a change of that is in no step.
    patient: Option<bool>,
    is_over: bool,
    until: tokio::time::Instant,
}

impl Watch {
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        let mut moved = self.app.moved.subscribe();
        while !self.is_over && tokio::time::Instant::now() < self.until {
            match self.look().await {
                Ok(Some(event)) => return Some((Ok(event), self)),
                Ok(None) => {}
                Err(e) => tracing::warn!(error = %e, "a page that watches could not look"),
            }
            tokio::select! {
                _ = moved.changed() => {}
                () = tokio::time::sleep(LOOK) => {}
                () = self.app.stopping.cancelled() => return None,
            }
        }
        None
    }

    async fn look(&mut self) -> Result<Option<Event>> {
        let signup = signups::newest(self.app.store.acquire().await?.db(), self.link).await?;
        let running = signup.filter(|s| !s.state.is_over() && s.state.step() != signup::Step::Choose);
        let patient = running.as_ref().map(|signup| is_patient(&self.app, signup));
        let Some(signup) = running.filter(|_| self.patient.is_none() || patient == self.patient) else {
            self.is_over = true;
            // An event without data is no event: browsers drop it.
            return Ok(Some(Event::default().event("end").data("over")));
        };
        self.patient = patient;
        let html = Steps { rows: &rows(&signup, self.lang) }.render().map_err(|e| Error::Internal(e.to_string()))?;
        if self.shown.as_ref() == Some(&html) {
            return Ok(None);
        }
        self.shown = Some(html.clone());
        Ok(Some(Event::default().event("steps").data(html)))
    }
}
