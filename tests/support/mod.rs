//! What every test stands on: a real house on a real socket, with a real database and the stand-in Facebook beside it.

#![allow(dead_code, unused_imports, unused_macros, reason = "each test binary uses its own part of it")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    reason = "a test fails by panicking"
)]

pub mod collector;
pub mod database;
pub mod house;
pub mod output;
pub mod pictures;
pub mod place;
pub mod platform;
pub mod program;
pub mod proxy;
pub mod receiver;
pub mod visitor;
pub mod wire;

pub use collector::Collector;
pub use database::Database;
pub use house::House;
pub use pictures::Pictures;
pub use place::Place;
pub use platform::{Answer, Link, Platform};
pub use program::Program;
pub use receiver::{Manner, Receiver};
pub use visitor::{Page, Visitor};
pub use wire::{Talk, Wire};

use std::{future::Future, time::Duration};

/// Declares tests that each run on SQLite and on PostgreSQL.
macro_rules! on_both {
    ($($(#[$meta:meta])* async fn $name:ident($db:ident: Database) $body:block)+) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            $(#[$meta])*
            async fn run($db: $crate::support::Database) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                $crate::support::in_time(run($crate::support::Database::Sqlite)).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                $crate::support::in_time(run($crate::support::Database::Postgres)).await;
            }
        }
    )+};
}
pub(crate) use on_both;

/// Ends a test that would wait for ever, such as for a call that is never made: it has failed.
pub async fn in_time(test: impl Future<Output = ()>) {
    let patience = Duration::from_mins(5);
    tokio::time::timeout(patience, test).await.unwrap_or_else(|_| panic!("not over in {patience:?}"));
}

/// Asks until `look` finds what is waited for. Fails, naming it, when that takes longer than anything here should.
pub async fn until<T, F: Future<Output = Option<T>>>(what: &str, mut look: impl FnMut() -> F) -> T {
    let patience = Duration::from_mins(2);
    let asking = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(patience, asking).await.unwrap_or_else(|_| panic!("waited {patience:?} for {what}"))
}
