//! What a login brings: the outcome a person picks in the dialog, and the address it sends the browser to.

use std::time::Duration;

use url::form_urlencoded::Serializer;

use super::{
    account::{CODE_LASTS, Estate, Typed},
    dialog::{Refused, Request},
    phone::{Mode, Pause, Registration},
    popup::Speech,
    trouble::Trouble,
};
use crate::clock::Timestamp;

/// How many numbers [`Trouble::TooManyNumbers`] puts into the WABA.
const TOO_MANY: usize = 60;

/// How a login ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// One number for the Cloud API alone.
    Dedicated,
    /// One number that stays in the WhatsApp Business app.
    Coexistence,
    /// Three dedicated numbers in one WABA.
    Several,
    /// Two WABAs with a dedicated number each.
    SeveralAccounts,
    /// A WABA without a number.
    NoNumber,
    /// The person leaves.
    Cancel,
}

impl Outcome {
    /// Every one of them, in the order of the page.
    pub const ALL: &[Self] =
        &[Self::Dedicated, Self::Coexistence, Self::Several, Self::SeveralAccounts, Self::NoNumber, Self::Cancel];

    /// Its value in the form.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Dedicated => "dedicated",
            Self::Coexistence => "coexistence",
            Self::Several => "several",
            Self::SeveralAccounts => "several-accounts",
            Self::NoNumber => "no-number",
            Self::Cancel => "cancel",
        }
    }

    /// What it brings, in words.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Dedicated => "One number, for the platform only (dedicated)",
            Self::Coexistence => "One number that stays in the WhatsApp Business app (coexistence)",
            Self::Several => "Three numbers in one account",
            Self::SeveralAccounts => "Two accounts with a number each",
            Self::NoNumber => "An account without a number",
            Self::Cancel => "Cancel",
        }
    }

    /// The outcome with this form value.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|outcome| outcome.name() == name)
    }

    /// The one that does what the request asked for.
    pub(super) fn of(mode: Mode) -> Self {
        match mode {
            Mode::Dedicated => Self::Dedicated,
            Mode::Coexistence => Self::Coexistence,
        }
    }
}

/// What a person does in the dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// How it ends.
    pub outcome: Outcome,
    /// The number it brings, in any international form; a fresh one when there is none. A number that is known brings
    /// its own WABA again.
    pub phone_number: Option<String>,
    /// What goes wrong.
    pub troubles: Vec<Trouble>,
    /// How a window of its own speaks of it.
    pub speech: Speech,
}

impl Login {
    /// The number it brings.
    #[must_use]
    pub fn phone(mut self, phone_number: &str) -> Self {
        self.phone_number = Some(phone_number.to_owned());
        self
    }

    /// How a window of its own speaks of it.
    #[must_use]
    pub fn speech(mut self, speech: Speech) -> Self {
        self.speech = speech;
        self
    }

    /// What goes wrong; may be called more than once.
    #[must_use]
    pub fn trouble(mut self, trouble: Trouble) -> Self {
        self.troubles.push(trouble);
        self
    }
}

impl From<Outcome> for Login {
    fn from(outcome: Outcome) -> Self {
        Self { outcome, phone_number: None, troubles: Vec::new(), speech: Speech::Plain }
    }
}

impl From<Trouble> for Login {
    fn from(trouble: Trouble) -> Self {
        Self::from(Outcome::Dedicated).trouble(trouble)
    }
}

/// What a login gave the app.
#[derive(Clone, Debug)]
pub(super) struct Granted {
    pub(super) code: String,
    /// The WABA and its business.
    pub(super) waba: String,
    pub(super) business: String,
    /// The number that the person chose, if there is one.
    pub(super) phone: Option<(String, Mode)>,
}

/// The address of the redirect that a login ends with, with the fragment that Facebook appends.
pub(super) fn callback(request: &Request, granted: &Result<Granted, Trouble>) -> String {
    match granted {
        Ok(granted) => address(&request.redirect_uri, &[("code", &granted.code), ("state", &request.state)]),
        Err(ending) => address(&request.redirect_uri, &without_code(*ending, &request.state)),
    }
}

/// Carries a login out; what ended it where there is no code.
pub(super) fn grant(
    estate: &mut Estate,
    request: &Request,
    login: &Login,
    now: Timestamp,
) -> Result<Result<Granted, Trouble>, Refused> {
    let ending = login.troubles.iter().copied().find(|trouble| trouble.ends_dialog());
    if let Some(ending) = ending.or((login.outcome == Outcome::Cancel).then_some(Trouble::CancelPlain)) {
        return Ok(Err(ending));
    }
    let typed = match login.phone_number.as_deref().map(str::trim).filter(|number| !number.is_empty()) {
        None => request.offered.clone().filter(|_| matches!(login.outcome, Outcome::Dedicated)),
        Some(text) => Some(Typed::parse(text).ok_or_else(|| {
            Refused::new("Invalid Phone Number", "That is not an international phone number, such as +1 555-010-0001.")
        })?),
    };
    let wabas = bring(estate, login, typed.as_ref(), now);
    let waba = wabas.first().cloned().unwrap_or_default();
    let chosen = estate.phones.iter().find(|phone| match &typed {
        Some(typed) => phone.digits == typed.digits,
        None => phone.waba_id == waba,
    });
    let phone = chosen.map(|phone| (phone.id.clone(), phone.mode));
    let business =
        wabas.first().and_then(|id| estate.waba(id)).map(|waba| waba.business_id.clone()).unwrap_or_default();
    let grant = estate.add_grant(&business, wabas, login.troubles.clone(), now);
    let redirect_uri = request.opener.is_none().then(|| request.redirect_uri.clone());
    let code = estate.add_code(redirect_uri, grant, now);
    for trouble in &login.troubles {
        match trouble {
            Trouble::ExchangeExpired => code.issued = before(now, CODE_LASTS + Duration::from_secs(1)),
            Trouble::ExchangeUsed => code.used = true,
            Trouble::ExchangeRedirect => code.redirect_uri = Some(format!("{}/", request.redirect_uri)),
            _ => {}
        }
    }
    Ok(Ok(Granted { code: code.text.clone(), waba, business, phone }))
}

/// Makes or finds what the login shares: its WABAs, newest first.
fn bring(estate: &mut Estate, login: &Login, typed: Option<&Typed>, now: Timestamp) -> Vec<String> {
    if login.outcome == Outcome::NoNumber {
        let business = estate.add_business();
        return vec![estate.add_waba(&business, now)];
    }
    let typed = typed.cloned().unwrap_or_else(|| estate.fresh_number());
    let known = estate.phones.iter().find(|phone| phone.digits == typed.digits);
    let (phone, waba) = if let Some(known) = known {
        (known.id.clone(), known.waba_id.clone())
    } else {
        let business = estate.add_business();
        let waba = estate.add_waba(&business, now);
        let is_claimed = estate.claim(&typed.digits, now);
        let phone = estate.add_phone(&typed, &waba, Mode::Dedicated, now);
        estate.phone_mut(&phone).into_iter().for_each(|phone| phone.preverified = is_claimed);
        (phone, waba)
    };
    if let (Some(phone), Outcome::Dedicated | Outcome::Coexistence) = (estate.phone_mut(&phone), login.outcome) {
        let mode = if login.outcome == Outcome::Coexistence { Mode::Coexistence } else { Mode::Dedicated };
        phone.change_mode(mode, now);
    }
    let mut wabas = vec![waba];
    match login.outcome {
        Outcome::Several => fill(estate, &wabas[0], 3, now),
        Outcome::SeveralAccounts => wabas.insert(0, second(estate, &wabas[0], now)),
        _ => {}
    }
    if login.troubles.contains(&Trouble::TooManyNumbers) {
        fill(estate, &wabas[0], TOO_MANY, now);
    }
    if login.troubles.contains(&Trouble::NoTargetIdsClient) {
        estate.wabas.iter_mut().filter(|waba| wabas.contains(&waba.id)).for_each(|waba| waba.shared = true);
    }
    for phone in estate.phones.iter_mut().filter(|phone| wabas.contains(&phone.waba_id)) {
        if phone.registration == Registration::Unlinked {
            phone.registration = Registration::None;
        }
        login.troubles.iter().for_each(|trouble| phone.suffer(*trouble, now));
    }
    wabas
}

/// Adds numbers to a WABA until it has so many.
fn fill(estate: &mut Estate, waba: &str, wanted: usize, now: Timestamp) {
    let there = estate.phones.iter().filter(|phone| phone.waba_id == waba).count();
    for _ in there..wanted {
        let typed = estate.fresh_number();
        estate.add_phone(&typed, waba, Mode::Dedicated, now);
    }
}

/// Another WABA of the same business, with a number in it.
fn second(estate: &mut Estate, waba: &str, now: Timestamp) -> String {
    let business = estate.waba(waba).map(|waba| waba.business_id.clone()).unwrap_or_default();
    let other = estate.wabas.iter().find(|other| other.business_id == business && other.id != waba);
    let other = other.map(|other| other.id.clone());
    let other = other.unwrap_or_else(|| estate.add_waba(&business, now));
    fill(estate, &other, 1, now);
    other
}

/// Meta's documentation: cancels and failures come back in several shapes, and none is guaranteed to carry `state`.
fn without_code(trouble: Trouble, state: &str) -> Vec<(&'static str, &str)> {
    let mut pairs = match trouble {
        Trouble::CancelMeta => vec![
            ("error_reason", "user_denied"),
            ("error", "access_denied"),
            ("error_description", "Permissions error."),
        ],
        Trouble::DialogError => vec![
            ("error_code", "1349003"),
            ("error_message", "Sorry, something went wrong. We're working on getting this fixed as soon as we can."),
        ],
        Trouble::WabaLimit => vec![
            ("error_code", "2388098"),
            (
                "error_message",
                "You can only create a limited number of WhatsApp Business accounts before your business is verified.",
            ),
        ],
        _ => vec![
            ("error", "access_denied"),
            ("error_code", "200"),
            ("error_description", "Permissions error"),
            ("error_reason", "user_denied"),
        ],
    };
    if !matches!(trouble, Trouble::CancelMeta | Trouble::CancelNoState) {
        pairs.push(("state", state));
    }
    pairs
}

fn address(redirect_uri: &str, pairs: &[(&str, &str)]) -> String {
    let query = Serializer::new(String::new()).extend_pairs(pairs).finish();
    let joint = if redirect_uri.contains('?') { '&' } else { '?' };
    format!("{redirect_uri}{joint}{query}#_=_")
}

fn before(now: Timestamp, span: Duration) -> Timestamp {
    Timestamp(now.0.saturating_sub(i64::try_from(span.as_millis()).unwrap_or(0)))
}

impl super::phone::Phone {
    /// A login in the other flow moves the number over; one in the same flow changes nothing.
    fn change_mode(&mut self, mode: Mode, now: Timestamp) {
        if self.mode != mode {
            self.mode = mode;
            self.registration = Registration::None;
            self.pin = None;
            self.onboard(now);
        }
    }

    /// Builds the real cause of a trouble into the number, where there is one.
    fn suffer(&mut self, trouble: Trouble, now: Timestamp) {
        let pause = |code, seconds| Some(Pause { code, until: now.plus(Duration::from_secs(seconds)) });
        match trouble {
            Trouble::AppOnly => (self.mode, self.registration) = (Mode::Coexistence, Registration::Unlinked),
            Trouble::Register133000 => self.registration = Registration::HalfUndone,
            Trouble::Register133005 if self.registration != Registration::Registered => {
                self.pin = Some("714025".to_owned());
            }
            Trouble::Register133006 => self.verified = false,
            Trouble::Register133008 => self.pause = pause(133_008, 3600),
            Trouble::Register133009 => self.pause = pause(133_009, 30),
            Trouble::Register133015 => self.pause = pause(133_015, 300),
            Trouble::Register133016 => self.registers.exhaust(now),
            Trouble::Sync2593107 => (self.contacts_synced, self.history_synced) = (true, true),
            Trouble::Sync2593108 => self.onboarded = before(now, Duration::from_hours(25)),
            _ => {}
        }
    }
}
