//! Pages that follow what happens elsewhere, by server-sent events: `steps` with the list anew whenever it changed, and `end`
//! when the page should be loaded again because it will show something else.

use std::{convert::Infallible, time::Duration};

use axum::{
    http::header,
    response::{
        IntoResponse as _, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::stream;
use tokio::time::Instant;

use crate::{
    app::{App, Ear, WatchersPlace},
    error::Result,
    id::LinkId,
    web::{client::Client, patience},
};

/// How often a page that watches looks by itself: another process may be the one that moves the signup.
const LOOK: Duration = Duration::from_secs(1);
/// How long a page goes without news before the same is said again: a stream that a proxy holds back looks like silence.
const AGAIN: Duration = Duration::from_secs(10);
/// How long one stream lasts; browsers come back by themselves.
const STREAM: Duration = Duration::from_secs(5 * 60);

/// What a look found.
pub(super) enum Look {
    /// The list, as it is now.
    Steps(String),
    /// The page will show something else.
    Over,
}

/// Something that a page follows.
pub(super) trait Watched: Send + 'static {
    /// The link that it belongs to.
    fn link(&self) -> LinkId;

    /// Looks how it stands.
    fn look(&mut self, app: &App) -> impl Future<Output = Result<Look>> + Send;
}

struct Watch<W> {
    app: App,
    watched: W,
    /// Its place among those who watch.
    _place: WatchersPlace,
    ear: Ear,
    shown: Option<(String, Instant)>,
    is_over: bool,
    until: Instant,
}

/// Follows it until it is over, or for a while.
///
/// # Errors
/// When too many follow something already. The script then does as if there were no streams.
pub(super) fn follow(app: App, client: Client, watched: impl Watched) -> Result<Response> {
    let place = app.watchers.enter(client.prefix(), &app.bounds)?;
    let (until, ear) = (Instant::now() + STREAM, app.watchers.listen());
    let watch = Watch { app, watched, _place: place, ear, shown: None, is_over: false, until };
    let headers = [(header::CACHE_CONTROL, "no-store"), (header::HeaderName::from_static("x-accel-buffering"), "no")];
    Ok((headers, Sse::new(stream::unfold(watch, Watch::next)).keep_alive(KeepAlive::default())).into_response())
}

impl<W: Watched> Watch<W> {
    /// Whether the page has this list, and has had it not for long.
    fn knows(&self, html: &str) -> bool {
        self.shown.as_ref().is_some_and(|(shown, at)| shown == html && at.elapsed() < AGAIN)
    }

    /// Looks when it is its turn: those who watch share a few connections to the database.
    async fn look(&mut self) -> Result<Look> {
        let _turn = self.app.watchers.turn().await;
        patience::within(self.app.bounds.patience.page, self.watched.look(&self.app)).await?
    }

    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        let stopping = self.app.stopping.clone();
        while !self.is_over && Instant::now() < self.until {
            let looked = tokio::select! {
                looked = self.look() => looked,
                () = stopping.cancelled() => return None,
            };
            match looked {
                Ok(Look::Over) => {
                    self.is_over = true;
                    // An event without data is no event: browsers drop it.
                    return Some((Ok(Event::default().event("end").data("over")), self));
                }
                Ok(Look::Steps(html)) if !self.knows(&html) => {
                    self.shown = Some((html.clone(), Instant::now()));
                    return Some((Ok(Event::default().event("steps").data(html)), self));
                }
                Ok(Look::Steps(_)) => {}
                Err(e) => tracing::warn!(error = %e, "a page that watches could not look"),
            }
            tokio::select! {
                () = self.ear.hears(self.watched.link()) => {}
                () = tokio::time::sleep(LOOK) => {}
                () = stopping.cancelled() => return None,
            }
        }
        None
    }
}
