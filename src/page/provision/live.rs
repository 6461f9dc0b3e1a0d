//! The same, as server-sent events: `code` with what is known of it anew whenever that changed, and `end` when the page
//! should be loaded again because it will show something else.

use std::{convert::Infallible, time::Duration};

use askama::Template as _;
use axum::{
    extract::{Path, RawQuery, State},
    http::{HeaderMap, header},
    response::{
        IntoResponse as _, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::stream;

use super::{Panel, PanelPart, Phase, language, open};
use crate::{
    app::{App, WatchersPlace},
    error::{Error, Result},
    id::LinkId,
    link::token::Token,
    page::parameter,
    provisioned::Provisioned,
    store::{
        links::{self, Visit},
        provisioned,
    },
    web::{client::Client, patience},
    words::Lang,
};

/// How often it is looked at: a code is to be seen within a second, whichever process heard it.
const LOOK: Duration = Duration::from_millis(400);
/// How long one stream lasts; browsers come back by themselves.
const STREAM: Duration = Duration::from_secs(5 * 60);

struct Watch {
    app: App,
    /// Its place among those who watch.
    _place: WatchersPlace,
    token: Token,
    link: LinkId,
    lang: Lang,
    /// What the page shows.
    phase: String,
    shown: Option<String>,
    is_over: bool,
    until: tokio::time::Instant,
}

/// `GET …/provision/events`.
pub async fn events(
    State(app): State<App>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    client: Client,
    headers: HeaderMap,
) -> Result<Response> {
    let (token, visit) = open(&app, &token).await?;
    let place = app.watchers.enter(client.prefix(), &app.bounds)?;
    let query = query.as_deref();
    let watch = Watch {
        _place: place,
        until: tokio::time::Instant::now() + STREAM,
        phase: parameter(query, "phase").unwrap_or_default(),
        lang: language(query, Some(&visit.link), &headers),
        link: visit.link.id,
        shown: None,
        is_over: false,
        token,
        app,
    };
    let stream = stream::unfold(watch, Watch::next);
    let headers = [(header::CACHE_CONTROL, "no-store"), (header::HeaderName::from_static("x-accel-buffering"), "no")];
    Ok((headers, Sse::new(stream).keep_alive(KeepAlive::default())).into_response())
}

impl Watch {
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        let stopping = self.app.stopping.clone();
        while !self.is_over && tokio::time::Instant::now() < self.until {
            let looked = tokio::select! {
                looked = self.look() => looked,
                () = stopping.cancelled() => return None,
            };
            match looked {
                Ok(Some(event)) => return Some((Ok(event), self)),
                Ok(None) => {}
                Err(e) => tracing::warn!(error = %e, "a page that watches could not look"),
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = stopping.cancelled() => return None,
            }
        }
        None
    }

    /// Looks when it is its turn: those who watch share a few connections to the database.
    async fn found(&self) -> Result<(Option<Provisioned>, Option<Visit>)> {
        let _turn = self.app.watchers.turn().await;
        patience::within(self.app.bounds.patience.page, async {
            let mut lease = self.app.store.acquire().await?;
            let number = provisioned::newest(lease.db(), self.link).await?;
            Ok((number, links::visit_by_id(lease.db(), self.link).await?))
        })
        .await?
    }

    async fn look(&mut self) -> Result<Option<Event>> {
        let (number, visit) = self.found().await?;
        let phase = visit.map_or(Phase::Elsewhere, |visit| Phase::of(&self.app, &visit, number.as_ref(), false));
        if phase.name() != self.phase {
            self.is_over = true;
            // An event without data is no event: browsers drop it.
            return Ok(Some(Event::default().event("end").data("over")));
        }
        let Some(number) = number.filter(|_| phase.is_ready()) else { return Ok(None) };
        let panel = Panel::of(&self.app, &number, &self.token, self.lang)?;
        let html = PanelPart { panel: &panel }.render().map_err(|e| Error::Internal(e.to_string()))?;
        if self.shown.as_ref() == Some(&html) {
            return Ok(None);
        }
        self.shown = Some(html.clone());
        Ok(Some(Event::default().event("code").data(html)))
    }
}
