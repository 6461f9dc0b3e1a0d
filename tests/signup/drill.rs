//! Several processes on one database, killed and started at random while customers walk: nobody is left standing, nothing is
//! done once too often, and everything is told.

use std::{sync::Mutex, time::Duration};

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use setuplinks::sandbox::When;

use crate::support::{Database, on_both};

mod chance;
mod customer;
mod drain;
mod fleet;
mod loops;
mod pause;
mod start;
mod sums;
mod tomorrow;
mod upgrade;

use chance::Chance;
use customer::{Customer, End};
use fleet::Fleet;
use sums::Sums;

/// How long a process lives once it serves, and how long it is gone: by chance, up to this.
const LIFE: Duration = Duration::from_secs(3);
const GONE: Duration = Duration::from_secs(1);
/// Where every process dies at once: calls to Meta, then calls to Twilio.
const POINTS: [(&str, bool); 9] = [
    ("exchange", true),
    ("debug_token", true),
    ("phone_numbers", true),
    ("subscribe", true),
    ("register", true),
    ("smb_contacts", true),
    ("smb_history", true),
    ("buy", false),
    ("release", false),
];

/// Kills a process and starts it again, for as long as `more` says so. One in ten dies before it serves.
async fn unrest(fleet: &Fleet, which: usize, mut chance: Chance, more: impl Fn() -> bool) {
    while more() {
        if chance.below(10) > 0 {
            fleet.listens(which).await;
        }
        tokio::time::sleep(chance.up_to(LIFE)).await;
        fleet.kill(which);
        tokio::time::sleep(chance.up_to(GONE)).await;
        fleet.spawn(which);
    }
}

/// Every now and then all die together, while a call of that name is before or after its effect.
async fn lights_out(fleet: &Fleet, mut chance: Chance, more: impl Fn() -> bool) {
    while more() {
        let (call, is_meta) = POINTS[chance.below(POINTS.len())];
        let when = if chance.below(2) == 0 { When::Before } else { When::After };
        let world = fleet.world();
        let hold = if is_meta { world.hold(call, when) } else { world.twilio().hold(call, when) };
        if tokio::time::timeout(Duration::from_secs(20), hold.reached()).await.is_ok() {
            (0..fleet.size()).for_each(|which| fleet.kill(which));
        }
        (0..fleet.size()).for_each(|which| fleet.spawn(which));
        hold.release();
        tokio::time::sleep(chance.up_to(LIFE)).await;
    }
}

/// So many customers walk, so many of them at once; gives how each ended. `after` ends the stream of them early.
async fn walk_all(
    fleet: &Fleet,
    most: usize,
    at_once: usize,
    chance: &Mutex<Chance>,
    is_over: impl Fn() -> bool,
) -> Vec<End> {
    let mut walking = FuturesUnordered::new();
    let (mut begun, mut ends) = (0, Vec::new());
    loop {
        while begun < most && walking.len() < at_once && !is_over() {
            begun += 1;
            let customer = Customer::new(fleet.next(), &mut chance.lock().expect("chance"));
            walking.push(async move { customer.walk(fleet).await });
        }
        match walking.next().await {
            Some(end) => ends.push(end),
            None => return ends,
        }
    }
}

/// As many customers as that at once, on so many processes that die at random, a third as often as there are customers.
async fn drill(db: Database, processes: usize, customers: usize) {
    let seed = chance::seed();
    let fleet = Fleet::start(db, processes).await;
    let chance = Mutex::new(Chance::new(seed));
    let more = || fleet.kills() < customers / 3;
    let killers = (0..processes).map(|which| unrest(&fleet, which, Chance::new(seed + 1 + which as u64), more));
    let walk = walk_all(&fleet, customers, customers, &chance, || false);
    let (ends, _) = tokio::join!(walk, futures_util::future::join_all(killers));
    let sums = Sums::settled(&fleet, &ends).await;
    println!("{customers} customers on {processes} processes, seed {seed}\n{sums}");
    sums.hold(&fleet);
    sums.everybody_connected();
    assert!(sums.followed > 0, "nobody saw the end live");
}

on_both! {
    /// `./check chaos` has the two hundred of them at once.
    async fn customers_walk_while_processes_are_killed_and_started(db: Database) {
        let processes = if db == Database::Sqlite { 1 } else { 3 };
        drill(db, processes, customers()).await;
    }
}

/// How many walk at once: as many as two cores that do other things too carry within a minute, unless somebody says more.
fn customers() -> usize {
    std::env::var("CUSTOMERS").ok().and_then(|text| text.parse().ok()).unwrap_or(40)
}

/// Kills until there were `KILLS` of them, with customers coming all the time, and prints the sums. It ends by itself, and
/// kills nothing that it has not started.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes up to twenty minutes: ./check chaos"]
async fn chaos() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let kills = usize::try_from(number("KILLS").unwrap_or(1000)).expect("a number");
    let seed = number("SEED").unwrap_or_else(chance::seed);
    println!("{kills} kills, SEED={seed}");
    let fleet = Fleet::start(Database::Postgres, 3).await;
    let more = || fleet.kills() < kills;
    let chance = Mutex::new(Chance::new(seed));
    let walk = walk_all(&fleet, usize::MAX, 24, &chance, || fleet.kills() >= kills);
    let killers = (0..3).map(|which| unrest(&fleet, which, Chance::new(seed + 1 + which as u64), more));
    let dark = lights_out(&fleet, Chance::new(seed + 4), more);
    let (ends, _, ()) = tokio::join!(walk, futures_util::future::join_all(killers), dark);
    fleet.wake();
    let sums = Sums::settled(&fleet, &ends).await;
    println!("{sums}");
    sums.hold(&fleet);
}
