//! Listening: connections that are counted and bounded in everything they can be slow at, and an end that lets requests finish.

use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, extract::Request, response::Response};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt as _;

use super::client::Peer;
use crate::app::{Bounds, Patience};

mod door;
mod line;

use door::Door;
use line::{Answer, Lapse, Line, Socket};

/// How long requests may go on after the end was asked for.
const GRACE: Duration = Duration::from_secs(18);
/// How long a connection that is sent away may take to go.
const FAREWELL: Duration = Duration::from_secs(1);
/// The largest head of a request: several times what a browser sends, even with somebody else's cookies. More is a 431.
const HEAD: usize = 32 * 1024;
/// Requests at once on one HTTP/2 connection.
const STREAMS: u32 = 64;
/// Bytes of a body that an HTTP/2 client may send before they are asked for: one body of ours.
const WINDOW: u32 = 64 * 1024;
/// Streams that a client opened and took back, or that we refused, before the connection is ended (CVE-2023-44487).
const RESETS: usize = 32;

/// Serves until `stop`, then lets what runs finish.
pub async fn serve(listener: TcpListener, router: Router, bounds: Bounds, stop: CancellationToken) {
    let (server, door) = (Arc::new(server()), Door::new(&bounds));
    let connections = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        let Ok((stream, peer)) = accepted else {
            // Out of file handles, or the peer is gone already: neither is a reason to stop, nor to spin.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        match door.enter(peer.ip()) {
            Ok(place) => {
                let (server, router, stop, patience) = (server.clone(), router.clone(), stop.clone(), bounds.patience);
                connections.spawn(async move {
                    carry(&server, (stream, peer), router, &patience, stop).await;
                    drop(place);
                });
            }
            Err(full) => {
                let door = door.clone();
                connections.spawn(async move { door.refuse(stream, full).await });
            }
        }
    }
    drop(listener);
    connections.close();
    if tokio::time::timeout(GRACE, connections.wait()).await.is_err() {
        tracing::warn!("some connections did not end in time");
    }
}

fn server() -> auto::Builder<TokioExecutor> {
    let mut server = auto::Builder::new(TokioExecutor::new());
    // The line knows better: it has a bound for silence before the first byte too, and another between requests.
    server.http1().timer(TokioTimer::new()).header_read_timeout(None).max_buf_size(HEAD);
    server
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(u32::try_from(HEAD).unwrap_or(u32::MAX))
        .max_pending_accept_reset_streams(RESETS)
        .max_local_error_reset_streams(RESETS)
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(16 * WINDOW)
        .max_send_buf_size(256 * 1024)
        .keep_alive_interval(Some(Duration::from_secs(20)))
        .keep_alive_timeout(Duration::from_secs(10));
    server
}

/// Carries one connection through.
async fn carry(
    server: &auto::Builder<TokioExecutor>,
    (stream, peer): (TcpStream, SocketAddr),
    router: Router,
    patience: &Patience,
    stop: CancellationToken,
) {
    // Answers are written whole; a small one shall not wait for another.
    let _ = stream.set_nodelay(true);
    let line = Line::new();
    let socket = Socket { stream, line: line.clone() };
    let asked = line.clone();
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        let (router, open) = (router.clone(), asked.begin());
        request.extensions_mut().insert(Peer(peer));
        async move {
            let response: Result<Response, Infallible> = router.oneshot(request).await;
            response.map(|response| response.map(|body| Answer { body, _request: open }))
        }
    });
    let mut connection = std::pin::pin!(server.serve_connection(TokioIo::new(socket), service));
    let mut is_leaving = false;
    loop {
        tokio::select! {
            // A browser that hangs up is everyday life.
            _ = connection.as_mut() => return,
            lapse = line.lapse(patience) => {
                if lapse == Lapse::Idle {
                    connection.as_mut().graceful_shutdown();
                    let _ = tokio::time::timeout(FAREWELL, connection).await;
                }
                return;
            }
            () = stop.cancelled(), if !is_leaving => {
                is_leaving = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}
