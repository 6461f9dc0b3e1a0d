//! Two versions on one database: the one that was before this, whose program `./check upgrade` builds, and this one.

use std::{path::PathBuf, sync::Mutex};

use super::{Chance, Sums, chance, fleet::Fleet, walk_all};
use crate::support::{
    Database,
    program::{Program, Start},
};

/// How many customers walk during each part of it, and how many at once.
const WALKING: (usize, usize) = (24, 12);

/// Two processes of the older version serve; one after the other is asked to stop and comes back as this version, with
/// customers on their way all the time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the program of another version: ./check upgrade"]
async fn two_versions_side_by_side() {
    let old: PathBuf = std::env::var("OLD_BINARY").expect("OLD_BINARY is not set: run ./check upgrade").into();
    let fleet = Fleet::of(Database::Postgres, 2, |_, start| Start { binary: old.clone(), ..start }).await;
    let chance = Mutex::new(Chance::new(chance::seed()));
    let walk = || walk_all(&fleet, WALKING.0, WALKING.1, &chance, || false);
    let upgrade = |which: usize| {
        let fleet = &fleet;
        async move {
            let took = fleet.take(which).ask_to_stop().gone().await;
            let this = Start { binary: env!("CARGO_BIN_EXE_setuplinks").into(), ..fleet.starts[which].clone() };
            fleet.put(which, Program::start(&this).await);
            println!("process {which} is of this version; the older one was gone after {took:.1?}");
        }
    };
    let mut ends = Vec::new();
    let (ended, ()) = tokio::join!(walk(), upgrade(0));
    ends.extend(ended);
    // Both versions at once, for as long as it takes; whoever comes goes to the one and to the other.
    ends.extend(walk().await);
    let (ended, ()) = tokio::join!(walk(), upgrade(1));
    ends.extend(ended);
    let sums = Sums::settled(&fleet, &ends).await;
    println!("{sums}");
    sums.hold(&fleet);
    sums.everybody_connected();
}
