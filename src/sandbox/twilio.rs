//! A stand-in Twilio, as strict as the real one's documentation: numbers for sale, numbers that are owned, and what
//! reaches them.
//!
//! It stands on the same address as the stand-in Facebook, whose dialog sends its codes through it. A test plans faults for
//! a call by its name: `account`, `types`, `search`, `buy`, `numbers`, `number`, `update`, `release`, `messages`,
//! `recordings`, `recording`, `recording_delete`, `transcriptions`, `transcription_delete`, `regulations`, `bundle`, `prices`. [`Fault::Graph`] is an error in
//! Twilio's shape here; its code is Twilio's. What the stand-in tells can be held too: `told_sms`, `told_voice`, `told_action`,
//! `told_recorded`, `told_heard`.

mod answer;
mod ask;
mod desk;
mod post;
mod stock;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    Extension,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, Uri},
    response::Response,
};

use self::{answer::Answer, ask::Ask, stock::Stock};
use super::{
    Scissors, World,
    fault::{Fault, Gate, Hold, When},
};
use crate::clock::{Clock, Timestamp};

/// The account that the stand-in begins with.
pub const ACCOUNT_SID: &str = "AC00000000000000000000000000000001";
/// Its auth token.
pub const AUTH_TOKEN: &str = "fedcba9876543210fedcba9876543210";

/// A call, as it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// What it is; see the top of this room.
    pub name: String,
    /// The account in its path.
    pub account: String,
    /// The query or the form, decoded.
    pub fields: Vec<(String, String)>,
    /// The status of the answer; 0 while there is none, and for good when the connection was cut.
    pub status: u16,
    /// Twilio's code in the answer.
    pub code: Option<i64>,
}

impl Call {
    /// The value of a field.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }
}

/// A number that an account owns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owned {
    /// `PN…`.
    pub sid: String,
    /// Whose it is.
    pub account: String,
    /// In E.164.
    pub phone_number: String,
    /// What its buyer wrote on it.
    pub friendly_name: String,
    /// Where its messages go.
    pub sms_url: String,
    /// Where its calls go.
    pub voice_url: String,
    /// When it was bought.
    pub bought_at: Timestamp,
}

/// What a webhook answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Where it was told.
    pub url: String,
    /// The status; 0 when nobody answered.
    pub status: u16,
    /// The body.
    pub body: String,
}

struct Plans {
    calls: Vec<Call>,
    faults: Vec<(String, usize, Fault)>,
    gates: Vec<(String, Gate)>,
    told: Vec<Told>,
    is_mute: bool,
    loses_codes: bool,
    speech: Speech,
}

impl Plans {
    /// What holds the next call of that name.
    fn gate(&mut self, name: &str) -> Option<Gate> {
        self.gates.retain(|(_, gate)| !gate.is_open());
        self.gates.iter().position(|(call, _)| call == name).map(|at| self.gates.remove(at).1)
    }
}

/// What the stand-in's recogniser makes of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Speech {
    /// What was said.
    #[default]
    Clear,
    /// Nothing that can be read.
    Mumbled,
    /// It failed.
    Failed,
    /// It is done, and nobody is told.
    Untold,
}

struct Inner {
    clock: Clock,
    base: String,
    http: reqwest::Client,
    stock: Mutex<Stock>,
    plans: Mutex<Plans>,
}

/// The telephone company. A handle; clones see the same.
#[derive(Clone)]
pub struct Exchange(Arc<Inner>);

impl Exchange {
    pub(super) fn new(clock: Clock, base: String) -> Self {
        let http = reqwest::Client::builder().no_proxy().timeout(std::time::Duration::from_secs(15)).build();
        let plans = Plans {
            calls: Vec::new(),
            faults: Vec::new(),
            gates: Vec::new(),
            told: Vec::new(),
            is_mute: false,
            loses_codes: false,
            speech: Speech::default(),
        };
        Self(Arc::new(Inner {
            clock,
            base,
            http: http.unwrap_or_default(),
            stock: Mutex::new(Stock::new()),
            plans: Mutex::new(plans),
        }))
    }

    /// Every call so far, in order of arrival.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.plans().calls.clone()
    }

    /// How many calls of this name came in.
    #[must_use]
    pub fn count(&self, name: &str) -> usize {
        self.plans().calls.iter().filter(|call| call.name == name).count()
    }

    /// The next `times` calls of this name meet this fault.
    pub fn fault(&self, call: &str, times: usize, fault: Fault) {
        self.plans().faults.push((call.to_owned(), times, fault));
    }

    /// Nothing is planned to go wrong any more.
    pub fn mend(&self) {
        self.plans().faults.clear();
    }

    /// The next call of this name stops before or after its effect, until the hold is released or dropped.
    #[must_use]
    pub fn hold(&self, call: &str, when: When) -> Hold {
        let (gate, hold) = Gate::new(when);
        self.plans().gates.push((call.to_owned(), gate));
        hold
    }

    /// Every number that is owned now.
    #[must_use]
    pub fn owned(&self) -> Vec<Owned> {
        self.stock().owned.clone()
    }

    /// How often a number was really bought, and how often one was given back.
    #[must_use]
    pub fn sums(&self) -> (usize, usize) {
        let stock = self.stock();
        (stock.bought, stock.released)
    }

    /// How many recordings and transcriptions are kept.
    #[must_use]
    pub fn kept(&self) -> (usize, usize) {
        let stock = self.stock();
        (stock.recordings.len(), stock.transcriptions.len())
    }

    /// Somebody gives a number another name, in Twilio's console.
    pub fn rename(&self, sid: &str, friendly_name: &str) {
        for owned in self.stock().owned.iter_mut().filter(|owned| owned.sid == sid) {
            friendly_name.clone_into(&mut owned.friendly_name);
        }
    }

    /// What the webhooks answered.
    #[must_use]
    pub fn told(&self) -> Vec<Told> {
        self.plans().told.clone()
    }

    /// Opens an account with that SID and token. An API key's id and secret let in beside it.
    pub fn open_account(&self, sid: &str, token: &str, key: Option<(&str, &str)>) {
        self.stock().open_account(sid, token, key);
    }

    /// The account may do nothing but buy the magic numbers: test credentials.
    pub fn only_test(&self, sid: &str) {
        self.stock().only_test(sid);
    }

    /// A country sells numbers of that type, and asks for what it asks for.
    pub fn sell(&self, country: &str, kind: &str, price: &str, needs_bundle: bool, needs_address: bool) {
        self.stock().sell(country, kind, price, needs_bundle, needs_address);
    }

    /// An account has an approved bundle and an address.
    pub fn approve(&self, account: &str, bundle: &str, address: &str) {
        self.stock().approve(account, bundle, address);
    }

    /// Somebody else takes a number off the market.
    pub fn take_away(&self, phone_number: &str) {
        self.stock().taken.push(phone_number.to_owned());
    }

    /// Nothing but these is for sale in that country.
    pub fn only(&self, country: &str, phone_numbers: &[&str]) {
        self.stock().only(country, phone_numbers);
    }

    /// Somebody buys a number by hand, in Twilio's console.
    pub fn buy_by_hand(&self, account: &str, phone_number: &str, friendly_name: &str) {
        let now = self.0.clock.now();
        self.stock().add(account, phone_number, friendly_name, now);
    }

    /// From now on webhooks are not told of messages; the account's list has them.
    pub fn mute(&self) {
        self.plans().is_mute = true;
    }

    /// From now on messages with a code are lost on their way, as those of short codes are unless Twilio was asked.
    pub fn lose_codes(&self) {
        self.plans().loses_codes = true;
    }

    /// What the recogniser makes of calls from now on.
    pub fn speech(&self, speech: Speech) {
        self.plans().speech = speech;
    }

    /// Whether a number is owned by somebody here.
    #[must_use]
    pub fn knows(&self, digits: &str) -> bool {
        self.stock().owned.iter().any(|owned| owned.phone_number[1..] == *digits)
    }

    fn plans(&self) -> MutexGuard<'_, Plans> {
        self.0.plans.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stock(&self) -> MutexGuard<'_, Stock> {
        self.0.stock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a call down and says what is planned for it.
    fn arrive(&self, ask: &Ask) -> (usize, Option<Fault>, Option<Gate>) {
        let mut plans = self.plans();
        plans.calls.push(Call {
            name: ask.name.to_owned(),
            account: ask.account.clone(),
            fields: ask.fields.clone(),
            status: 0,
            code: None,
        });
        let gate = plans.gate(ask.name);
        let planned = plans.faults.iter_mut().find(|(call, times, _)| call == ask.name && *times > 0);
        let fault = planned.map(|(_, times, fault)| {
            *times -= 1;
            fault.clone()
        });
        (plans.calls.len() - 1, fault, gate)
    }

    fn answered(&self, place: usize, answer: &Answer) {
        if let Some(call) = self.plans().calls.get_mut(place) {
            (call.status, call.code) = (answer.status, answer.code);
        }
    }
}

/// Every path of Twilio's.
pub(super) async fn handle(
    State(world): State<World>,
    Extension(scissors): Extension<Scissors>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let exchange = world.twilio();
    let ask = Ask::read(&method, &uri, &headers, &body);
    let (place, fault, gate) = exchange.arrive(&ask);
    if let Some(gate) = gate.as_ref().filter(|gate| gate.when == When::Before) {
        gate.pass().await;
    }
    match &fault {
        Some(Fault::CutBefore) => return scissors.cut().await,
        Some(Fault::Hang(span)) => tokio::time::sleep(*span).await,
        _ => {}
    }
    let now = exchange.0.clock.now();
    let answer = fault.as_ref().and_then(Answer::of_fault);
    let answer = answer.unwrap_or_else(|| desk::perform(&mut exchange.stock(), &ask, now));
    match &fault {
        Some(Fault::CutAfter) => return scissors.cut().await,
        Some(Fault::HangAfter(span)) => tokio::time::sleep(*span).await,
        _ => {}
    }
    if let Some(gate) = gate.as_ref().filter(|gate| gate.when == When::After) {
        gate.pass().await;
    }
    exchange.answered(place, &answer);
    answer.into_response()
}
