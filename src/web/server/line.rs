//! One connection, seen from its socket: what it is waiting for, since when, and when that has taken too long.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use axum::body::Body;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::Instant,
};

use crate::app::Patience;

/// How long a look at a connection is good for: what it waits for may change meanwhile to what has less time.
const LOOK: Duration = Duration::from_secs(5);

/// What a connection has taken too long for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lapse {
    /// To ask again. It may go in peace.
    Idle,
    /// To send a request's head, to read an answer, or to come to an end at all.
    Slow,
}

#[derive(Clone, Copy, Debug)]
enum Phase {
    /// Between two requests.
    Idle,
    /// A request's head is on its way, or the first one is waited for.
    Head,
    /// Requests are being answered.
    Busy,
}

struct State {
    phase: Phase,
    since: Instant,
    /// Requests whose answers are not through.
    open: usize,
    /// Since when nothing more can be written.
    stalled: Option<Instant>,
}

/// What is known of a connection. Cheap to clone.
#[derive(Clone)]
pub(super) struct Line(Arc<Mutex<State>>);

impl Line {
    pub(super) fn new() -> Self {
        let state = State { phase: Phase::Head, since: Instant::now(), open: 0, stalled: None };
        Self(Arc::new(Mutex::new(state)))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn heard(&self) {
        let mut state = self.state();
        if matches!(state.phase, Phase::Idle) {
            (state.phase, state.since) = (Phase::Head, Instant::now());
        }
    }

    fn wrote(&self, is_stalled: bool) {
        let mut state = self.state();
        state.stalled = is_stalled.then(|| state.stalled.unwrap_or_else(Instant::now));
    }

    /// A request's head is here.
    pub(super) fn begin(&self) -> Request {
        let mut state = self.state();
        // The last of several at once counts: as long as new ones come, the connection is of use.
        (state.phase, state.since) = (Phase::Busy, Instant::now());
        state.open += 1;
        Request(self.clone())
    }

    fn due(&self, patience: &Patience) -> (Instant, Lapse) {
        let state = self.state();
        let (bound, lapse) = match state.phase {
            Phase::Idle => (patience.idle, Lapse::Idle),
            Phase::Head => (patience.head, Lapse::Slow),
            Phase::Busy => (patience.longest, Lapse::Slow),
        };
        let due = state.since + bound;
        match state.stalled.map(|since| since + patience.stall) {
            Some(stalled) if stalled < due => (stalled, Lapse::Slow),
            _ => (due, lapse),
        }
    }

    /// Ready when something has taken too long.
    pub(super) async fn lapse(&self, patience: &Patience) -> Lapse {
        loop {
            let (due, lapse) = self.due(patience);
            let left = due.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return lapse;
            }
            tokio::time::sleep(left.min(LOOK).min(patience.head)).await;
        }
    }
}

/// A request that is being answered, until this is dropped.
pub(super) struct Request(Line);

impl Drop for Request {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.open = state.open.saturating_sub(1);
        if state.open == 0 {
            (state.phase, state.since) = (Phase::Idle, Instant::now());
        }
    }
}

/// An answer's body, and the request that it answers.
pub(super) struct Answer {
    pub(super) body: Body,
    pub(super) _request: Request,
}

impl HttpBody for Answer {
    type Data = axum::body::Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A socket that tells its line what happens on it.
pub(super) struct Socket {
    pub(super) stream: TcpStream,
    pub(super) line: Line,
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.line.heard();
        }
        polled
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.line.wrote(polled.is_pending());
        polled
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.line.wrote(polled.is_pending());
        polled
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
