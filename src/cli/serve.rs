//! `setuplinks serve`: the server with its settings.

use std::{future::Future, net::SocketAddr, time::Duration};

use anyhow::Context as _;
use tokio::{
    net::TcpListener,
    time::{Instant, timeout, timeout_at},
};
use tokio_util::sync::CancellationToken;

use crate::{
    app::App,
    clock::Clock,
    config::ServeArgs,
    connect::worker,
    invite::expire,
    listen, meter,
    notify::deliver,
    provision, release, reseal, retention, routes,
    trace::collector,
    visit,
    web::{admin, server},
};

/// How long closing may take in all, whatever hangs: a service manager waits thirty seconds, and then is not polite.
const GRACE: Duration = Duration::from_secs(27);
/// How much of that is for what has to be written when nobody asks any more.
const LAST: Duration = Duration::from_secs(3);
/// How often measurements are folded together.
const UPKEEP: Duration = Duration::from_secs(5);
/// How often addresses are forgotten that have done nothing lately.
const TIDY: Duration = Duration::from_secs(10);

/// A house that is open.
pub struct House {
    /// Where it listens.
    pub address: SocketAddr,
    app: App,
    served: tokio::task::JoinHandle<()>,
}

/// Opens the house on a listener: requests, the worker, the broom.
///
/// # Errors
/// When the listener has no address.
pub fn house(app: App, listener: TcpListener) -> std::io::Result<House> {
    let address = listener.local_addr()?;
    let router = routes::router(app.clone());
    let served = tokio::spawn(server::serve(listener, router, app.bounds.clone(), app.stopping.clone()));
    app.tasks.spawn(worker::run(app.clone()));
    app.tasks.spawn(deliver::run(app.clone()));
    app.tasks.spawn(release::worker::run(app.clone()));
    app.tasks.spawn(expire::run(app.clone()));
    app.tasks.spawn(visit::run(app.clone()));
    app.tasks.spawn(provision::worker::run(app.clone()));
    app.tasks.spawn(provision::reconcile::run(app.clone()));
    app.tasks.spawn(listen::worker::run(app.clone()));
    app.tasks.spawn(listen::forward::run(app.clone()));
    app.tasks.spawn(reseal::run(app.clone()));
    app.tasks.spawn(retention::run(app.clone()));
    app.tasks.spawn(provision::forget::run(app.clone()));
    app.tasks.spawn(tidy(app.clone()));
    Ok(House { address, app, served })
}

impl House {
    /// Closes the house: what runs may finish, what cannot is left where another process finds it.
    pub async fn close(self) {
        let end = Instant::now() + GRACE;
        self.app.stopping.cancel();
        let _ = timeout_at(end, self.served).await;
        // Nobody looks any more: what was seen last is not lost.
        match timeout(LAST, visit::write(&self.app)).await {
            Ok(Ok(())) => {}
            Ok(Err(e)) => tracing::warn!(error = %e, "the last visits could not be written"),
            Err(_) => tracing::warn!("the last visits could not be written in time"),
        }
        self.app.tasks.close();
        if timeout_at(end, self.app.tasks.wait()).await.is_err() {
            tracing::warn!("some signups were left to the next process");
        }
        // A database that hangs keeps nobody here: what is not acknowledged is not lost by leaving.
        let _ = timeout(Duration::from_secs(1), self.app.store.close()).await;
    }
}

/// Forgets addresses that have done nothing lately.
async fn tidy(app: App) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(TIDY) => app.gate.tidy(),
            () = app.stopping.cancelled() => return,
        }
    }
}

/// Answers operators until `stop`; what is counted is kept from now on.
async fn answer_operators(app: App, address: SocketAddr, stop: CancellationToken) -> anyhow::Result<SocketAddr> {
    let listener =
        TcpListener::bind(address).await.with_context(|| format!("ADMIN_ADDR {address} cannot be listened on"))?;
    let address = listener.local_addr()?;
    let metrics = meter::install()?;
    let upkeep = metrics.clone();
    let tidied = stop.clone();
    tokio::spawn(async move {
        // Where nobody reads, what was measured would pile up.
        while tokio::time::timeout(UPKEEP, tidied.cancelled()).await.is_err() {
            upkeep.run_upkeep();
        }
    });
    let bounds = app.bounds.clone();
    tokio::spawn(server::serve(listener, admin::router(app, metrics), bounds, stop));
    Ok(address)
}

pub(super) async fn run(args: &ServeArgs, clock: Clock) -> anyhow::Result<()> {
    let (listen_addr, admin_addr) = args.addresses()?;
    let traces = args.traces.settings()?;
    let app = args.app(clock).await?;
    let listener = TcpListener::bind(listen_addr)
        .await
        .with_context(|| format!("LISTEN_ADDR {listen_addr} cannot be listened on"))?;
    let public = app.public_url.of("");
    let callback = app.public_url.callback();
    let asked_to_stop = asked_to_stop()?;
    // Operators are answered to the end: while the house closes, it says so.
    let closed = CancellationToken::new();
    let _closed = closed.clone().drop_guard();
    if let Some(address) = admin_addr {
        let address = answer_operators(app.clone(), address, closed).await?;
        tracing::info!(%address, "answering operators: /healthz, /readyz, /metrics");
    }
    let collector = traces.map(|wanted| collector::install(wanted.endpoint.as_deref())).transpose()?;
    let engine = app.store.engine();
    let house = house(app, listener)?;
    tracing::info!(address = %house.address, %public, version = env!("CARGO_PKG_VERSION"), engine, "serving");
    tracing::info!(redirect_uri = %callback, "the Meta app must list this under Valid OAuth Redirect URIs");
    asked_to_stop.await;
    tracing::info!("stopping");
    house.close().await;
    if let Some(collector) = collector {
        collector.close().await;
    }
    Ok(())
}

/// Ready when the terminal (Ctrl-C) or the service manager (SIGTERM) asks for the end. Both are listened for from the call
/// on, so that one which comes early is not missed.
pub(super) fn asked_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
