//! What came of a drill, counted where it can be counted: at Meta, at Twilio, at the platform, and in the database.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt,
};

use serde_json::json;
use setuplinks::sandbox::World;

use super::{
    Fleet,
    customer::{End, patiently},
};
use crate::records;

#[derive(Debug)]
pub struct Sums {
    kills: usize,
    customers: usize,
    connected: usize,
    /// Who gave up, by what they were told last.
    told: BTreeMap<String, usize>,
    logins: usize,
    pub followed: usize,
    signups: i64,
    ended: BTreeMap<String, i64>,
    reasons: BTreeMap<String, i64>,
    numbers: i64,
    /// The most calls of one signup, and of one number.
    registers: (usize, usize),
    exchanges: usize,
    events: BTreeMap<String, i64>,
    deliveries: usize,
    delivered: i64,
    received: usize,
    missed: usize,
    bought: i64,
    released: i64,
    in_use: i64,
    leased: i64,
}

/// Rows that somebody holds, or that wait for somebody, once all is over.
const UNSETTLED: &str = "select (select count(*) from signups where returned_at is not null and ended_at is null) \
    + (select count(*) from deliveries where status = 'pending') + (select count(*) from releases) \
    + (select count(*) from provisioned_numbers where status in ('wanted', 'picked', 'bought', 'releasing'))";
const LEASED: &str = "select (select count(*) from signups where lease_until is not null) \
    + (select count(*) from releases where lease_until is not null) \
    + (select count(*) from provisioned_numbers where lease_until is not null) \
    + (select count(*) from account_holds)";

impl Sums {
    /// Takes back what was not used, waits until nothing is left to do, and counts.
    pub async fn settled(fleet: &Fleet, ends: &[End]) -> Self {
        for End { link, .. } in ends.iter().filter(|end| end.came_to.is_err()) {
            let path = format!("/customers/{}/setup_links/{}", link.customer, link.id);
            let revoked = json!({"setup_link": {"status": "revoked"}});
            patiently("a link to be taken back", || async {
                let answer = fleet.platform.patch(&path, &revoked).await;
                (answer.status == 200 || answer.status == 422).then_some(())
            })
            .await;
        }
        let store = &fleet.store;
        patiently("everything to settle", || async {
            let left = records::count(store, UNSETTLED).await + records::count(store, LEASED).await;
            (left == 0).then_some(())
        })
        .await;
        Self::count(fleet, ends).await
    }

    async fn count(fleet: &Fleet, ends: &[End]) -> Self {
        let store = &fleet.store;
        let by = "select step, count(*) from signups group by step";
        let why = "select state ->> 'reason', count(*) from signups where step = 'failed' group by state ->> 'reason'";
        let mut told = BTreeMap::new();
        for code in ends.iter().filter_map(|end| end.came_to.as_ref().err()) {
            *told.entry(code.clone()).or_default() += 1;
        }
        let (sent, received) = (records::deliveries(store).await, fleet.receiver.received().len());
        let ids = fleet.receiver.ids();
        let (bought, released) = fleet.world().twilio().sums();
        Self {
            kills: fleet.kills(),
            customers: ends.len(),
            connected: ends.iter().filter(|end| end.came_to.is_ok()).count(),
            told,
            logins: ends.iter().map(|end| end.tries).sum(),
            followed: ends.iter().filter(|end| end.followed).count(),
            signups: records::count(store, "select count(*) from signups").await,
            ended: records::counts(store, by).await,
            reasons: records::counts(store, why).await,
            numbers: records::numbers(store).await,
            registers: registers(fleet.world()),
            exchanges: exchanges(fleet.world()),
            events: records::counts(store, "select name, count(*) from events group by name").await,
            deliveries: sent.len(),
            delivered: records::count(store, "select count(*) from deliveries where status = 'delivered'").await,
            received,
            missed: sent.iter().filter(|id| !ids.contains(&id.to_string())).count(),
            bought: i64::try_from(bought).expect("few"),
            released: i64::try_from(released).expect("few"),
            in_use: records::count(store, "select count(*) from provisioned_numbers where status = 'connected'").await,
            leased: records::count(store, LEASED).await,
        }
    }

    /// Where nobody dies too often, starting again is enough.
    pub fn everybody_connected(&self) {
        assert_eq!(self.connected, self.customers, "{:?}", self.told);
    }

    /// What must be true of every drill, whoever died when.
    pub fn hold(&self, fleet: &Fleet) {
        let event = |name: &str| self.events.get(name).copied().unwrap_or_default();
        let ended = |step: &str| self.ended.get(step).copied().unwrap_or_default();
        assert_eq!(self.connected + self.told.values().sum::<usize>(), self.customers, "nobody is left standing");
        assert_eq!(i64::try_from(self.connected).expect("few"), self.numbers, "who landed well has a number");
        assert!(self.registers.0 <= 2, "a signup registers twice at most: {}", self.registers.0);
        assert!(self.exchanges <= 2, "a code is tried twice at most: {}", self.exchanges);
        assert_eq!(event("setup_link.started"), self.signups, "each begun signup is told of once");
        assert_eq!(event("setup_link.completed"), ended("connected"), "each connection is told of once");
        assert_eq!(event("setup_link.failed") + event("setup_link.cancelled"), ended("failed"), "and each failure");
        assert_eq!(event("whatsapp.phone_number.created"), self.numbers);
        assert_eq!(event("provisioned_number.bought") - event("provisioned_number.released"), self.in_use);
        // Whoever asks for it is told of a new number under its old name too.
        let expected = self.events.values().sum::<i64>() + event("whatsapp.phone_number.created");
        assert_eq!(self.deliveries, usize::try_from(expected).expect("few"), "every event has its delivery");
        assert_eq!((self.delivered, self.missed), (expected, 0), "and every one arrived");
        assert_eq!(self.bought - self.released, self.in_use, "no number is forgotten");
        assert_eq!(self.leased, 0, "nothing is held by the dead");
        let numbers: HashSet<_> = fleet.world().twilio().owned().into_iter().map(|owned| owned.phone_number).collect();
        assert_eq!(i64::try_from(numbers.len()).expect("few"), self.in_use, "no number is bought twice");
    }
}

/// The most `register` calls that a signup made, which is known by its token; and the most for one number.
fn registers(world: &World) -> (usize, usize) {
    let (mut by_signup, mut by_number) = (HashMap::new(), HashMap::new());
    for call in world.calls().into_iter().filter(|call| call.name == "register") {
        *by_signup.entry(call.token.clone()).or_insert(0) += 1;
        *by_number.entry(call.path).or_insert(0) += 1;
    }
    (by_signup.into_values().max().unwrap_or(0), by_number.into_values().max().unwrap_or(0))
}

/// The most times that one code was sent.
fn exchanges(world: &World) -> usize {
    let mut by_code = HashMap::new();
    for call in world.calls().into_iter().filter(|call| call.name == "exchange") {
        *by_code.entry(call.body["code"].to_string()).or_insert(0) += 1;
    }
    by_code.into_values().max().unwrap_or(0)
}

impl fmt::Display for Sums {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |counts: &BTreeMap<String, i64>| {
            counts.iter().map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
        };
        let (bought, released, in_use) = (self.bought, self.released, self.in_use);
        writeln!(f, "processes killed          {}", self.kills)?;
        writeln!(
            f,
            "customers                 {}: connected {}, gave up {:?}",
            self.customers, self.connected, self.told
        )?;
        writeln!(f, "logins                    {}, of which seen live to the end {}", self.logins, self.followed)?;
        writeln!(f, "signups begun             {}: {}", self.signups, list(&self.ended))?;
        writeln!(f, "failed by reason          {}", list(&self.reasons))?;
        writeln!(f, "register calls at most    {} of a signup, {} of a number", self.registers.0, self.registers.1)?;
        writeln!(f, "exchanges of a code       {} at most", self.exchanges)?;
        writeln!(f, "events                    {}", list(&self.events))?;
        let again = self.received - (self.deliveries - self.missed);
        writeln!(
            f,
            "deliveries                {} expected, {} delivered, {} missed, {again} duplicates",
            self.deliveries, self.delivered, self.missed
        )?;
        writeln!(
            f,
            "numbers bought            {bought} - released {released} - connected {in_use} = {}",
            bought - released - in_use
        )?;
        write!(f, "rows left leased          {}", self.leased)
    }
}
