//! The life of a link: active → used | expired | revoked, and back to active while not used.

use crate::{choice::choice, clock::Timestamp};

choice! {
    /// What a link is good for.
    pub enum Status as SetupLinkStatus {
        /// It can be opened and used.
        Active = "active",
        /// A number was connected with it.
        Used = "used",
        /// Its time is over.
        Expired = "expired",
        /// The platform took it back, or made a newer one.
        Revoked = "revoked",
    }
}

/// A move that a link in its status cannot make.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a link that is {from} cannot become {to}")]
pub struct Illegal {
    /// What the link is.
    pub from: Status,
    /// What it was asked to become.
    pub to: Status,
}

impl Status {
    /// The stored status as it stands at `now`: an active link is expired from `expires_at` on.
    #[must_use]
    pub fn at(self, expires_at: Timestamp, now: Timestamp) -> Self {
        if self == Self::Active && expires_at <= now { Self::Expired } else { self }
    }

    /// A number was connected. A link that expired meanwhile still counts: its signup began in time.
    ///
    /// # Errors
    /// When the link is used already or was revoked.
    pub fn use_up(self) -> Result<Self, Illegal> {
        match self {
            Self::Active | Self::Expired => Ok(Self::Used),
            from @ (Self::Used | Self::Revoked) => Err(Illegal { from, to: Self::Used }),
        }
    }

    /// The platform takes the link back. What is used stays used.
    ///
    /// # Errors
    /// When the link is used.
    pub fn revoke(self) -> Result<Self, Illegal> {
        match self {
            Self::Active | Self::Expired | Self::Revoked => Ok(Self::Revoked),
            from @ Self::Used => Err(Illegal { from, to: Self::Revoked }),
        }
    }

    /// The platform gives the link back to its customer.
    ///
    /// # Errors
    /// When the link is used.
    pub fn reactivate(self) -> Result<Self, Illegal> {
        match self {
            Self::Active | Self::Expired | Self::Revoked => Ok(Self::Active),
            from @ Self::Used => Err(Illegal { from, to: Self::Active }),
        }
    }
}

/// Why a link cannot be changed as the platform wants.
#[derive(Debug, PartialEq, Eq)]
pub enum Unmet {
    /// Its time is over, and no more was given.
    Over,
    /// Its status does not allow it.
    Illegal(Illegal),
}

impl Status {
    /// The status to store after a change: `wanted` is active or revoked, or nothing was said of it. More time makes a
    /// link active again that was over for want of it.
    ///
    /// # Errors
    /// When the link is used, or would be made active with its time over.
    pub fn changed(self, wanted: Option<Self>, expires_at: Timestamp, now: Timestamp) -> Result<Self, Unmet> {
        let has_time = expires_at > now;
        match wanted {
            Some(Self::Revoked) => self.revoke(),
            Some(_) if self != Self::Used && !has_time => return Err(Unmet::Over),
            Some(_) => self.reactivate(),
            None if self == Self::Expired && has_time => self.reactivate(),
            None => Ok(self),
        }
        .map_err(Unmet::Illegal)
    }
}

#[cfg(test)]
mod tests {
    use super::{Status::*, *};

    #[test]
    fn time_alone_makes_an_active_link_expired() {
        let (before, end) = (Timestamp(999), Timestamp(1000));
        assert_eq!(Active.at(end, before), Active);
        assert_eq!(Active.at(end, end), Expired);
        assert_eq!(Used.at(end, end), Used);
        assert_eq!(Revoked.at(end, before), Revoked);
    }

    #[test]
    fn every_move_is_decided() {
        for &from in Status::ALL {
            assert_eq!(from.use_up().is_ok(), matches!(from, Active | Expired), "{from} use");
            assert_eq!(from.revoke().is_ok(), from != Used, "{from} revoke");
            assert_eq!(from.reactivate().is_ok(), from != Used, "{from} reactivate");
        }
        assert_eq!(Used.revoke().unwrap_err().to_string(), "a link that is used cannot become revoked");
    }

    #[test]
    fn a_platform_may_take_back_give_back_and_give_time() {
        let (now, before, after) = (Timestamp(10), Timestamp(5), Timestamp(20));
        assert_eq!(Active.changed(Some(Revoked), after, now), Ok(Revoked));
        assert_eq!(Revoked.changed(Some(Active), after, now), Ok(Active));
        assert_eq!(Revoked.changed(Some(Active), before, now), Err(Unmet::Over));
        assert_eq!(Expired.changed(None, after, now), Ok(Active));
        assert_eq!(Revoked.changed(None, after, now), Ok(Revoked), "time alone does not unsay a revocation");
        assert_eq!(Active.changed(None, before, now), Ok(Active), "time makes it expired by itself");
        assert!(matches!(Used.changed(Some(Active), before, now), Err(Unmet::Illegal(_))));
    }
}
