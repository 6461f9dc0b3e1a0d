//! A bought number in the solution partner's pool at Meta, where it is verified before its customer sees it.

use crate::{choice::choice, clock::Timestamp};

choice! {
    /// Where a number stands on its way through the pool.
    pub enum Stage {
        /// It is being put into the pool.
        Adding = "adding",
        /// A code is to be asked for.
        Asking = "asking",
        /// A code was asked for, or may have been.
        Waiting = "waiting",
        /// It is verified, and can be offered.
        Verified = "verified",
        /// It will not be: its customer types the code.
        GivenUp = "given_up",
        /// It is not in the pool any more: its customer took it out, or we did.
        Left = "left",
    }
}

/// How often a code is asked for before the customer has to type one: by message, then by call.
pub const MOST_ASKED: i32 = 2;

/// A number's way through the pool.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pooled {
    /// Where it stands; nowhere, when nobody has begun.
    pub stage: Option<Stage>,
    /// Meta's id of it there. Its phone number id will be another one.
    pub id: Option<String>,
    /// How often a code was asked for, or may have been, since this round began.
    pub asked: i32,
    /// When this round began.
    pub began_at: Option<Timestamp>,
    /// When the present stage is over: no code is waited for any more, or Meta is asked whether it is still verified.
    pub next_at: Option<Timestamp>,
    /// When Meta will no longer take it as verified; unknown, where Meta did not say.
    pub expires_at: Option<Timestamp>,
}

impl Pooled {
    /// Begins a round at that stage; the number may be in the pool already.
    pub fn begin(&mut self, stage: Stage, now: Timestamp) {
        (self.stage, self.asked, self.began_at) = (Some(stage), 0, Some(now));
        (self.next_at, self.expires_at) = (None, None);
    }

    /// The id to offer in Facebook's dialog.
    #[must_use]
    pub fn offered(&self, now: Timestamp) -> Option<&str> {
        let is_good = self.stage == Some(Stage::Verified) && self.expires_at.is_none_or(|end| now < end);
        self.id.as_deref().filter(|_| is_good)
    }

    /// Whether a code may be asked for once more.
    #[must_use]
    pub fn may_ask(&self, takes_sms: bool) -> bool {
        self.asked < if takes_sms { MOST_ASKED } else { MOST_ASKED - 1 }
    }

    /// Whether the next code is asked for by call: many numbers take no messages, and many messages never come.
    #[must_use]
    pub fn is_next_by_call(&self, takes_sms: bool) -> bool {
        self.asked > 0 || !takes_sms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_asked_for_by_message_and_then_by_call_and_no_more() {
        let mut pooled = Pooled::default();
        let next = |pooled: &Pooled, takes_sms| pooled.may_ask(takes_sms).then(|| pooled.is_next_by_call(takes_sms));
        assert_eq!([true, false].map(|takes_sms| next(&pooled, takes_sms)), [Some(false), Some(true)]);
        pooled.asked = 1;
        assert_eq!([true, false].map(|takes_sms| next(&pooled, takes_sms)), [Some(true), None]);
        pooled.asked = 2;
        assert_eq!([true, false].map(|takes_sms| next(&pooled, takes_sms)), [None, None]);
    }

    #[test]
    fn only_what_is_verified_now_is_offered() {
        let now = Timestamp(1_000);
        let at = |stage, expires_at| Pooled { stage, id: Some("7".to_owned()), expires_at, ..Pooled::default() };
        assert_eq!(at(Some(Stage::Verified), Some(Timestamp(1_001))).offered(now), Some("7"));
        assert_eq!(at(Some(Stage::Verified), None).offered(now), Some("7"), "Meta did not say until when");
        for other in [
            at(None, None),
            at(Some(Stage::Verified), Some(now)),
            at(Some(Stage::Waiting), None),
            at(Some(Stage::Left), None),
        ] {
            assert_eq!(other.offered(now), None, "{other:?}");
        }
    }
}
