//! How a number stands with Meta, by what Meta tells of it.
//!
//! Three things are told independently of each other: whether the business shares its account with us, whether the app on
//! its owner's device carries the number, and whether Meta has banned the account. Of each the latest word counts, by
//! Meta's own time, so that notices come to the same in whatever order they arrive.

use std::{cmp::Reverse, collections::BTreeMap};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    choice::choice,
    clock::Timestamp,
    notice::{Notice, Told},
};

choice! {
    /// Whether a number can be used. The later of two is the worse.
    pub enum Connection as ConnectionStatus {
        /// As far as Meta has told.
        Connected = "connected",
        /// It was moved to another device, and waits there for its owner.
        Offboarded = "offboarded",
        /// Its owner or Meta took it from the platform.
        Disconnected = "disconnected",
    }
}

choice! {
    /// What a notice is about.
    pub enum Side {
        /// The business shares its account with the app.
        Account = "account",
        /// The WhatsApp Business app on its owner's device.
        Device = "device",
        /// Meta's ban.
        Ban = "ban",
    }
}

/// The last word about one side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// What it makes of the number.
    pub is: Connection,
    /// When Meta said so.
    pub at: Timestamp,
    /// The notice it came in; none for a number that was connected by us.
    pub told: Option<Told>,
    /// Meta's reason.
    pub reason: Option<String>,
    /// Meta's word for who did it: `USER` or `SYSTEM`.
    pub initiated_by: Option<String>,
}

/// The last word about every side; nothing of a side that was never told of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Map<String, Value>", into = "Map<String, Value>")]
pub struct Standing {
    known: BTreeMap<Side, Word>,
    /// What only a newer version understands, as it was found.
    newer: Map<String, Value>,
}

impl From<Map<String, Value>> for Standing {
    fn from(stored: Map<String, Value>) -> Self {
        let mut standing = Self::default();
        for (side, word) in stored {
            match (Side::parse(&side), Word::deserialize(&word)) {
                (Some(side), Ok(word)) => drop(standing.known.insert(side, word)),
                _ => drop(standing.newer.insert(side, word)),
            }
        }
        standing
    }
}

impl From<Standing> for Map<String, Value> {
    fn from(standing: Standing) -> Self {
        let mut stored = standing.newer;
        for (side, word) in standing.known {
            stored.insert(side.to_string(), serde_json::to_value(word).unwrap_or_default());
        }
        stored
    }
}

/// A change of what a number is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it was.
    pub from: Connection,
    /// What it is.
    pub to: Connection,
}

impl Standing {
    /// That of a number which was connected at that moment: what Meta told before is over.
    #[must_use]
    pub fn connected(at: Timestamp) -> Self {
        // In whole seconds, as Meta's own times are.
        let at = Timestamp(at.0 - at.0.rem_euclid(1000));
        let word = Word { is: Connection::Connected, at, told: None, reason: None, initiated_by: None };
        Self { known: Side::ALL.iter().map(|&side| (side, word.clone())).collect(), newer: Map::new() }
    }

    /// Whether the number can be used: the worst that was said.
    #[must_use]
    pub fn connection(&self) -> Connection {
        let newer = self.newer.values().filter_map(|word| Connection::parse(word.get("is")?.as_str()?));
        self.known.values().map(|word| word.is).chain(newer).max().unwrap_or(Connection::Connected)
    }

    /// The word that makes it what it is; the latest where several do.
    #[must_use]
    pub fn word(&self) -> Option<&Word> {
        let is = self.connection();
        self.known.values().filter(|word| word.is == is).max_by_key(|word| word.at)
    }

    /// Takes a notice in. `None` when it is about no side, or a later one came before it.
    ///
    /// Meta's times are whole seconds. Of two in the same one, what came back stands: it cannot have come back before it went.
    pub fn hear(&mut self, notice: &Notice, app_id: &str) -> Option<Change> {
        let from = self.connection();
        let mut is_news = false;
        for &(side, is) in sides(notice, app_id) {
            let is_late = self
                .known
                .get(&side)
                .is_some_and(|word| (word.at, word.told.is_some(), Reverse(word.is)) >= (notice.at, true, Reverse(is)));
            let newer = self.newer.get(side.as_str()).and_then(|word| word.get("at")?.as_i64());
            if !is_late && newer.is_none_or(|at| at < notice.at.0) {
                is_news = true;
                let word = Word {
                    is,
                    at: notice.at,
                    told: Some(notice.told),
                    reason: notice.reason.clone(),
                    initiated_by: notice.initiated_by.clone(),
                };
                self.newer.remove(side.as_str());
                self.known.insert(side, word);
            }
        }
        is_news.then(|| Change { from, to: self.connection() })
    }
}

/// What a notice says of which side.
fn sides(notice: &Notice, app_id: &str) -> &'static [(Side, Connection)] {
    use Connection::{Connected, Disconnected, Offboarded};
    match notice.told {
        Told::PartnerRemoved | Told::AccountDeleted => &[(Side::Account, Disconnected)],
        Told::AppUninstalled if notice.is_about(app_id) => &[(Side::Account, Disconnected)],
        Told::AccountOffboarded => &[(Side::Device, Offboarded)],
        Told::AccountReconnected => &[(Side::Device, Connected), (Side::Account, Connected)],
        Told::DisabledUpdate => match notice.ban.as_deref() {
            Some("DISABLE") => &[(Side::Ban, Disconnected)],
            Some("REINSTATE") => &[(Side::Ban, Connected)],
            // Meta announces a ban before it is one.
            _ => &[],
        },
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn notice(told: Told, at: i64) -> Notice {
        let ban = (told == Told::DisabledUpdate).then(|| if at % 2 == 0 { "DISABLE" } else { "REINSTATE" }.to_owned());
        Notice { ban, ..Notice::new(told, "9", Timestamp(at)) }
    }

    #[test]
    fn a_late_notice_does_not_undo_a_later_one() {
        let mut standing = Standing::connected(Timestamp(10_500));
        assert_eq!(
            standing.hear(&notice(Told::PartnerRemoved, 9000), "1"),
            None,
            "of the time before it was connected"
        );
        let change = standing.hear(&notice(Told::PartnerRemoved, 20_000), "1").unwrap();
        assert_eq!((change.from, change.to), (Connection::Connected, Connection::Disconnected));
        assert_eq!(standing.hear(&notice(Told::AccountReconnected, 15_000), "1").unwrap().to, Connection::Disconnected);
        assert_eq!(standing.hear(&notice(Told::AccountReconnected, 30_000), "1").unwrap().to, Connection::Connected);
        assert_eq!(standing.word().and_then(|word| word.told), Some(Told::AccountReconnected));
    }

    #[test]
    fn what_lifts_a_ban_gives_back_nothing_else() {
        let mut standing = Standing::default();
        standing.hear(&notice(Told::DisabledUpdate, 2), "1");
        standing.hear(&notice(Told::PartnerRemoved, 4), "1");
        standing.hear(&notice(Told::DisabledUpdate, 5), "1");
        assert_eq!(standing.connection(), Connection::Disconnected);
        assert_eq!(standing.word().and_then(|word| word.told), Some(Told::PartnerRemoved));
        let announced = Notice { ban: Some("SCHEDULE_FOR_DISABLE".to_owned()), ..notice(Told::DisabledUpdate, 9) };
        assert_eq!(standing.hear(&announced, "1"), None);
    }

    #[test]
    fn another_app_that_is_uninstalled_is_none_of_ours() {
        let of = |app: &str| Notice { app: Some(app.to_owned()), ..notice(Told::AppUninstalled, 5) };
        assert_eq!(Standing::default().hear(&of("2"), "1"), None);
        assert_eq!(Standing::default().hear(&of("1"), "1").unwrap().to, Connection::Disconnected);
    }

    #[test]
    fn what_a_newer_version_was_told_is_kept_and_counts() {
        let stored = json!({
            "device": {"is": "connected", "at": 5000, "told": null, "reason": null, "initiated_by": null},
            "account": {"is": "disconnected", "at": 9000, "told": "PARTNER_MOVED_TO_MARS", "reason": null, "initiated_by": null},
            "mood": {"is": "offboarded", "since": "yesterday"},
        });
        let mut standing: Standing = serde_json::from_value(stored.clone()).unwrap();
        assert_eq!(serde_json::to_value(&standing).unwrap(), stored);
        assert_eq!(standing.connection(), Connection::Disconnected);
        assert_eq!(standing.hear(&notice(Told::PartnerRemoved, 8000), "1"), None, "late");
        let change = standing.hear(&notice(Told::AccountReconnected, 9500), "1").unwrap();
        assert_eq!((change.from, change.to), (Connection::Disconnected, Connection::Offboarded));
        let kept = serde_json::to_value(&standing).unwrap();
        assert_eq!((&kept["mood"], &kept["account"]["told"]), (&stored["mood"], &json!("ACCOUNT_RECONNECTED")));
    }

    proptest! {
        #[test]
        fn notices_come_to_the_same_in_any_order(
            told in proptest::collection::vec((0..Told::ALL.len(), 0_i64..6), 1..8), shuffled in any::<proptest::sample::Index>()
        ) {
            let notices: Vec<Notice> = told.iter().map(|&(told, at)| notice(Told::ALL[told], at)).collect();
            let end = |notices: &[Notice]| {
                let mut standing = Standing::default();
                for notice in notices {
                    standing.hear(notice, "1");
                }
                standing.connection()
            };
            let mut other = notices.clone();
            other.rotate_left(shuffled.index(notices.len()));
            let mut backwards = other.clone();
            backwards.reverse();
            prop_assert_eq!(end(&notices), end(&other));
            prop_assert_eq!(end(&notices), end(&backwards));
            let twice = [notices.clone(), notices.clone()].concat();
            prop_assert_eq!(end(&notices), end(&twice));
        }
    }
}
