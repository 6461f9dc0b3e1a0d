//! A house next door: a stand-in Facebook, for `setuplinks demo` and for the tests.
//!
//! It is a real HTTP server with four faces, and as strict as the documentation of the real thing:
//! - `GET /{version}/dialog/oauth`, the login dialog, as a page a person can click through (`dialog`, `page`), and
//!   `GET /{locale}/sdk.js`, which opens it in a window of its own (`popup`);
//! - `/{version}/…`, the Graph API (`graph` takes a call in, `edges` answers it);
//! - Twilio's API ([`twilio`]), through which the dialog's codes reach numbers that are bought there;
//! - `GET /platform/success` and `/platform/failure`, where a demo platform's customers land.
//!
//! # Logging in without the page
//! The page's form goes to `POST /sandbox/dialog` (form-encoded). A script sends the query parameters of the dialog's
//! address, unchanged, and beside them, each optional: `outcome` (see [`Outcome`]), `phone_number`, `fault` (see
//! [`Trouble`]; may be repeated), `speech` (see [`Speech`], for a window), `action` (`finish` or `cancel`) and `graph_version`. The answer is the 302 to the
//! redirect URI, or a page with status 400. [`World::login`] does the same in process.
//!
//! # What Meta tells
//! A login that shares an account is told to the app's webhook, as every other notice that [`World::tell`] sends;
//! `POST /sandbox/notices` does that from outside (`event`, `phone_number`, `reason`, `initiated_by`).
//!
//! The rest of the house never imports this room, and this room shares nothing with the house but the clock.

mod account;
mod answer;
mod ask;
mod choices;
mod dialog;
mod edges;
mod exchange;
mod fault;
mod fields;
mod graph;
mod login;
mod meddle;
mod notices;
mod page;
mod phone;
mod pool;
mod popup;
#[cfg(test)]
mod tests;
mod trouble;
pub mod twilio;
mod world;

use std::{convert::Infallible, io, net::SocketAddr, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::Request,
    response::Response,
    routing::{any, get, post},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};
use tower::ServiceExt as _;

pub use self::{
    edges::AppWebhook,
    fault::{Fault, Hold, When},
    login::{Login, Outcome},
    phone::Mode,
    pool::PooledView,
    popup::{Said, Speech},
    trouble::Trouble,
    world::{Call, NumberSpec, NumberView, World},
};
use crate::clock::Clock;

/// The Meta app that this stand-in knows, as a developer would have set it up.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The app's id, the `client_id` of the dialog.
    pub app_id: String,
    /// The app's secret.
    pub app_secret: String,
    /// The Facebook Login for Business configuration.
    pub config_id: String,
    /// Valid OAuth redirect URIs, compared byte by byte ("strict mode").
    pub redirect_uris: Vec<String>,
    /// The only Graph version there is, such as `v26.0`; every other is an unknown path, code 2500.
    pub graph_version: String,
}

/// A running stand-in. It ends when it is stopped or dropped, and cuts every connection then.
pub struct Sandbox {
    world: World,
    running: DropGuard,
    tasks: TaskTracker,
}

impl Sandbox {
    /// Binds `listen` (port 0 takes a free one) and serves from then on.
    pub async fn start(listen: SocketAddr, settings: Settings, clock: Clock) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let mut address = listener.local_addr()?;
        if address.ip().is_unspecified() {
            address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
        }
        let world = World::new(settings, clock, format!("http://{address}"));
        let stop = CancellationToken::new();
        let tasks = TaskTracker::new();
        tasks.spawn(accept(listener, routes(world.clone()), stop.clone(), tasks.clone()));
        Ok(Self { world, running: stop.drop_guard(), tasks })
    }

    /// Where it listens, such as `http://127.0.0.1:40123`; the dialog's and the Graph API's address in one.
    #[must_use]
    pub fn url(&self) -> String {
        self.world.url().to_owned()
    }

    /// The accounts, numbers and calls inside. Cheap to clone.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Stops listening, cuts what is still connected, and returns when nothing runs any more.
    pub async fn stop(self) {
        drop(self.running);
        self.tasks.close();
        self.tasks.wait().await;
    }
}

fn routes(world: World) -> Router {
    Router::new()
        .route("/{version}/dialog/oauth", get(page::dialog))
        .route("/sandbox/dialog", post(page::submit))
        .route("/sandbox/notices", post(notices::submit))
        .route("/sandbox/foreign", get(popup::foreign))
        .route("/{locale}/sdk.js", get(popup::sdk))
        .route("/x/connect/xd_arbiter/", get(popup::behind))
        .route("/x/oauth/status", get(popup::behind))
        .route("/platform/success", get(page::success))
        .route("/platform/failure", get(page::failure))
        .route("/2010-04-01/{*rest}", any(twilio::handle))
        .route("/v1/PhoneNumbers/{*rest}", any(twilio::handle))
        .route("/v2/RegulatoryCompliance/{*rest}", any(twilio::handle))
        .fallback(graph::handle)
        .with_state(world)
}

/// Ends the connection that a request came in on, without another byte.
#[derive(Clone)]
struct Scissors(CancellationToken);

impl Scissors {
    /// Never returns: the connection is dropped, and this future with it.
    async fn cut(&self) -> Response {
        self.0.cancel();
        std::future::pending().await
    }
}

async fn accept(listener: TcpListener, router: Router, stop: CancellationToken, tasks: TaskTracker) {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                tasks.spawn(converse(stream, router.clone(), stop.child_token()));
            }
            Err(error) => {
                tracing::warn!(%error, "the sandbox could not accept a connection");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

/// Serves one connection by hand instead of with `axum::serve`, so that a handler can cut it.
async fn converse(stream: TcpStream, router: Router, cut: CancellationToken) {
    let scissors = Scissors(cut.clone());
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(scissors.clone());
        let answer = router.clone().oneshot(request);
        async { Ok::<_, Infallible>(answer.await.unwrap_or_else(|never| match never {})) }
    });
    tokio::select! {
        () = cut.cancelled() => {}
        ended = http1::Builder::new().serve_connection(TokioIo::new(stream), service) => {
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection to the sandbox ended early");
            }
        }
    }
}
