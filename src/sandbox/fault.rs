//! What a test can do to a call: answer it wrongly, cut it, or hold it at a point.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// What goes wrong with a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A Graph error, without any effect; at Twilio, one of Twilio's with this code.
    Graph {
        /// The HTTP status.
        status: u16,
        /// The error's `code`.
        code: i64,
        /// Its `error_subcode`.
        subcode: Option<i64>,
        /// Its `message`, as it is.
        message: String,
        /// Whether `is_transient` says true.
        transient: bool,
        /// The `error_data.details` that WhatsApp's errors carry.
        details: Option<String>,
    },
    /// A rate limit with the usage headers that say how long to wait, without any effect.
    Limited {
        /// The HTTP status.
        status: u16,
        /// 4 comes with `X-App-Usage`, every other with `X-Business-Use-Case-Usage`.
        code: i64,
        /// `estimated_time_to_regain_access`, in minutes.
        minutes: u32,
    },
    /// An HTML page where JSON should be, as a load balancer in trouble sends it, without any effect.
    Html {
        /// The HTTP status.
        status: u16,
    },
    /// The connection ends without an answer and without an effect.
    CutBefore,
    /// The effect is done, and the connection ends without an answer.
    CutAfter,
    /// Nothing happens for so long; then the call goes on as usual if the caller is still there.
    Hang(Duration),
    /// The effect is done, and the answer comes so much later.
    HangAfter(Duration),
}

impl Fault {
    /// A Graph error with this code, without subcode or details.
    #[must_use]
    pub fn graph(status: u16, code: i64, message: &str) -> Self {
        Self::Graph { status, code, subcode: None, message: message.to_owned(), transient: false, details: None }
    }

    /// "Service temporarily unavailable": code 2 with `is_transient`, HTTP 500.
    #[must_use]
    pub fn transient() -> Self {
        Self::Graph {
            status: 500,
            code: 2,
            subcode: None,
            message: "Service temporarily unavailable".to_owned(),
            transient: true,
            details: None,
        }
    }
}

/// Where a held call stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Before anything happened.
    Before,
    /// After its effect, before its answer.
    After,
}

/// A call that stops until this is released or dropped.
#[derive(Debug)]
pub struct Hold(Gate);

impl Hold {
    /// Waits until the call stands at its point.
    pub async fn reached(&self) {
        self.0.reached.cancelled().await;
    }

    /// Lets the call go on.
    pub fn release(self) {
        drop(self);
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.0.open.cancel();
    }
}

/// The other end of a [`Hold`]. The tokens are used as events that happen once.
#[derive(Clone, Debug)]
pub(super) struct Gate {
    pub(super) when: When,
    reached: CancellationToken,
    open: CancellationToken,
}

impl Gate {
    pub(super) fn new(when: When) -> (Self, Hold) {
        let gate = Self { when, reached: CancellationToken::new(), open: CancellationToken::new() };
        (gate.clone(), Hold(gate))
    }

    pub(super) fn is_open(&self) -> bool {
        self.open.is_cancelled()
    }

    pub(super) async fn pass(&self) {
        self.reached.cancel();
        self.open.cancelled().await;
    }
}
