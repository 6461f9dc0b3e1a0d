//! What the page of a number of their own shows, by where that number and its link stand.

use crate::{
    app::App,
    link::Status as LinkStatus,
    provision::verify::{self, Way},
    provisioned::{Provisioned, Status, Trouble},
    store::links::Visit,
};

/// After how long a customer is told that it takes longer than usual.
const SLOW: std::time::Duration = std::time::Duration::from_secs(20);

/// What there is to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// No number, and none on its way.
    Start,
    /// One is being bought.
    Buying,
    /// That takes longer than usual.
    Slow,
    /// One may have been bought, and somebody has to mend something before that is known.
    Unsure,
    /// It is there, and Meta is verifying it by a message.
    Verifying,
    /// Meta is verifying it by a call.
    Calling,
    /// It is verified, and waits to be connected without a code.
    Verified,
    /// It is there, and waits to be connected.
    Ready,
    /// Facebook has sent the customer back, in the other tab.
    Connecting,
    /// It is connected.
    Connected,
    /// Another number was connected.
    Other,
    /// None could be bought.
    Trouble(Trouble),
    /// The link is over, or has no number to set up.
    Elsewhere,
}

impl Phase {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Buying => "buying",
            Self::Slow => "slow",
            Self::Unsure => "unsure",
            Self::Verifying => "verifying",
            Self::Calling => "calling",
            Self::Verified => "verified",
            Self::Ready => "ready",
            Self::Connecting => "connecting",
            Self::Connected => "connected",
            Self::Other => "other",
            Self::Trouble(trouble) => trouble.as_str(),
            Self::Elsewhere => "elsewhere",
        }
    }

    /// Whether it changes by itself.
    pub(super) fn is_live(self) -> bool {
        self.is_under_way() || matches!(self, Self::Verified | Self::Ready | Self::Connecting)
    }

    /// Whether the customer can do nothing but look on.
    fn is_under_way(self) -> bool {
        matches!(self, Self::Buying | Self::Slow | Self::Unsure | Self::Verifying | Self::Calling)
    }

    /// Whether there is a number for the customer to connect.
    pub(super) fn is_ready(self) -> bool {
        matches!(self, Self::Verified | Self::Ready)
    }

    pub(super) fn of(app: &App, visit: &Visit, number: Option<&Provisioned>, is_offered: bool) -> Self {
        let now = app.clock.now();
        let over = visit.link.status(now);
        let Some(number) = number else {
            return if over == LinkStatus::Active && is_offered { Self::Start } else { Self::Elsewhere };
        };
        match (over, number.status) {
            (LinkStatus::Used, Status::Connected) => Self::Connected,
            (LinkStatus::Used, Status::Bought | Status::Releasing | Status::Released) => Self::Other,
            _ if visit.running.is_some() && number.status == Status::Bought => Self::Connecting,
            (LinkStatus::Active, Status::Picked) if number.trouble.is_some() => Self::Unsure,
            (LinkStatus::Active, Status::Wanted | Status::Picked) if now.since(number.created_at) > SLOW => Self::Slow,
            (LinkStatus::Active, Status::Wanted | Status::Picked) => Self::Buying,
            (LinkStatus::Active, Status::Bought) => match verify::way(app, number) {
                Way::Verifying { by_call: false } => Self::Verifying,
                Way::Verifying { by_call: true } => Self::Calling,
                Way::Verified => Self::Verified,
                Way::Ordinary => Self::Ready,
            },
            (LinkStatus::Active, Status::Failed) => Self::Trouble(number.trouble.unwrap_or(Trouble::CalledOff)),
            (LinkStatus::Active, _) if is_offered => Self::Start,
            _ => Self::Elsewhere,
        }
    }
}
