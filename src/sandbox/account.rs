//! What exists inside: businesses, their WhatsApp Business accounts and numbers, and the logins that share them.

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

use super::{
    phone::{Limit, Mode, Phone, Registration},
    pool::{Parcel, Partner, Pooled},
    trouble::{Strikes, Trouble},
};
use crate::clock::{Timestamp, random};

/// Meta's documentation: "The exchangeable token code has a time-to-live of 30 seconds."
pub(super) const CODE_LASTS: Duration = Duration::from_secs(30);
/// The `expires_in` of a token from the "60 Expiration Token" template.
const TOKEN_LASTS: Duration = Duration::from_secs(5_183_944);

#[derive(Debug)]
pub(super) struct Business {
    pub(super) id: String,
    pub(super) name: String,
}

/// Whether the app hears of a WABA's messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Subscription {
    None,
    Plain,
    Override(String),
}

#[derive(Debug)]
pub(super) struct Waba {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) business_id: String,
    /// Shared with the business by another one, and not its own.
    pub(super) shared: bool,
    pub(super) created: Timestamp,
    pub(super) subscription: Subscription,
}

/// A login code. It belongs to one redirect URI and one grant.
#[derive(Debug)]
pub(super) struct Code {
    pub(super) text: String,
    /// `None` for a code of the SDK, which is exchanged without.
    pub(super) redirect_uri: Option<String>,
    pub(super) issued: Timestamp,
    pub(super) used: bool,
    pub(super) grant: usize,
}

/// Why a token does not work (any more).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Its code was not exchanged yet, so nobody can know it.
    Unborn,
    Valid,
    Expired,
    Revoked,
}

/// What one login granted to the app: the token, and what it may see.
#[derive(Debug)]
pub(super) struct Grant {
    pub(super) token: String,
    pub(super) user_id: String,
    pub(super) business_id: String,
    /// Newest first.
    pub(super) wabas: Vec<String>,
    pub(super) issued: Timestamp,
    pub(super) born: bool,
    pub(super) revoked: bool,
    pub(super) troubles: Vec<Trouble>,
    strikes: Vec<(Trouble, usize, Timestamp)>,
}

impl Grant {
    pub(super) fn has(&self, trouble: Trouble) -> bool {
        self.troubles.contains(&trouble)
    }

    /// `None` for a token that never expires.
    pub(super) fn lasts(&self) -> Option<Duration> {
        (!self.has(Trouble::NoExpiry)).then_some(TOKEN_LASTS)
    }

    pub(super) fn expires(&self) -> Option<Timestamp> {
        self.lasts().map(|span| self.issued.plus(span))
    }

    pub(super) fn standing(&self, now: Timestamp) -> Standing {
        if !self.born {
            Standing::Unborn
        } else if self.revoked {
            Standing::Revoked
        } else if self.expires().is_some_and(|at| now >= at) {
            Standing::Expired
        } else {
            Standing::Valid
        }
    }

    /// The fault that this login's troubles have for a call, counted.
    pub(super) fn strike(&mut self, call: &str, now: Timestamp) -> Option<super::fault::Fault> {
        for trouble in self.troubles.clone() {
            let met = self.strikes.iter_mut().find(|(known, ..)| *known == trouble);
            let before = met
                .as_ref()
                .map_or(Strikes::default(), |(_, count, at)| Strikes { count: *count, began: now.since(*at) });
            if let Some(fault) = trouble.fault(call, before) {
                match met {
                    Some((_, count, _)) => *count += 1,
                    None => self.strikes.push((trouble, 1, now)),
                }
                return Some(fault);
            }
        }
        None
    }
}

/// Everything that exists.
#[derive(Debug, Default)]
pub(super) struct Estate {
    pub(super) businesses: Vec<Business>,
    pub(super) wabas: Vec<Waba>,
    pub(super) phones: Vec<Phone>,
    pub(super) codes: Vec<Code>,
    pub(super) grants: Vec<Grant>,
    pub(super) partner: Option<Partner>,
    pub(super) pool: Vec<Pooled>,
    /// Codes that were asked for and not sent yet.
    pub(super) outbox: Vec<Parcel>,
    /// The token of a system user of the business that owns the app.
    pub(super) system_token: Option<String>,
    made: u64,
    fresh: u64,
}

impl Estate {
    /// Ids look like Meta's, 15 or 16 digits, and are the same in every run.
    pub(super) fn id(&mut self, base: u64) -> String {
        self.made += 1;
        (base + self.made * 1_000_003).to_string()
    }

    pub(super) fn add_business(&mut self) -> String {
        let id = self.id(2_729_063_490_586_005);
        let name = format!("Sandbox Business {}", self.businesses.len() + 1);
        self.businesses.push(Business { id: id.clone(), name });
        id
    }

    pub(super) fn add_waba(&mut self, business_id: &str, now: Timestamp) -> String {
        let id = self.id(102_289_599_326_934);
        self.wabas.push(Waba {
            id: id.clone(),
            name: format!("Sandbox Account {}", self.wabas.len() + 1),
            business_id: business_id.to_owned(),
            shared: false,
            created: now,
            subscription: Subscription::None,
        });
        id
    }

    /// A number in a WABA; one that exists with these digits is given back as it is.
    pub(super) fn add_phone(&mut self, typed: &Typed, waba_id: &str, mode: Mode, now: Timestamp) -> String {
        if let Some(known) = self.phones.iter().find(|phone| phone.digits == typed.digits) {
            return known.id.clone();
        }
        let id = self.id(106_540_352_242_922);
        self.phones.push(Phone {
            id: id.clone(),
            digits: typed.digits.clone(),
            display: typed.display.clone(),
            verified_name: format!("Sandbox Shop {}", self.phones.len() + 1),
            waba_id: waba_id.to_owned(),
            mode,
            verified: true,
            preverified: false,
            limited: false,
            registration: Registration::None,
            pin: None,
            onboarded: now,
            contacts_synced: false,
            history_synced: false,
            pause: None,
            registers: Limit::default(),
            deregisters: Limit::default(),
            sms: None,
            guesses: 0,
        });
        id
    }

    /// A number nobody has used here: +1 555-010-0001 and up.
    pub(super) fn fresh_number(&mut self) -> Typed {
        loop {
            self.fresh += 1;
            let line = self.fresh % 100_000;
            let typed = Typed {
                digits: format!("155501{line:05}"),
                display: format!("+1 555-01{}-{:04}", line / 10_000, line % 10_000),
            };
            if self.phones.iter().all(|phone| phone.digits != typed.digits) || self.fresh > 100_000 {
                return typed;
            }
        }
    }

    /// A login that shares these WABAs of a business, newest first; its place in `grants`.
    pub(super) fn add_grant(
        &mut self,
        business_id: &str,
        wabas: Vec<String>,
        troubles: Vec<Trouble>,
        now: Timestamp,
    ) -> usize {
        let user_id = self.id(122_100_000_000_017);
        self.grants.push(Grant {
            token: format!("EAA{}", BASE64_URL_SAFE_NO_PAD.encode(random::<150>()).replace(['-', '_'], "Z")),
            user_id,
            business_id: business_id.to_owned(),
            wabas,
            issued: now,
            born: false,
            revoked: troubles.contains(&Trouble::TokenInvalid),
            troubles,
            strikes: Vec::new(),
        });
        self.grants.len() - 1
    }

    pub(super) fn add_code(&mut self, redirect_uri: Option<String>, grant: usize, now: Timestamp) -> &mut Code {
        let text = format!("AQ{}", BASE64_URL_SAFE_NO_PAD.encode(random::<180>()));
        self.codes.push(Code { text, redirect_uri, issued: now, used: false, grant });
        let last = self.codes.len() - 1;
        &mut self.codes[last]
    }

    pub(super) fn waba(&self, id: &str) -> Option<&Waba> {
        self.wabas.iter().find(|waba| waba.id == id)
    }

    pub(super) fn waba_mut(&mut self, id: &str) -> Option<&mut Waba> {
        self.wabas.iter_mut().find(|waba| waba.id == id)
    }

    pub(super) fn phone(&self, id: &str) -> Option<&Phone> {
        self.phones.iter().find(|phone| phone.id == id)
    }

    pub(super) fn phone_mut(&mut self, id: &str) -> Option<&mut Phone> {
        self.phones.iter_mut().find(|phone| phone.id == id)
    }

    pub(super) fn subscribed(&self, waba_id: &str) -> bool {
        self.waba(waba_id).is_some_and(|waba| waba.subscription != Subscription::None)
    }

    /// The login that a code or a token belongs to.
    pub(super) fn grant_of(&mut self, code: Option<&str>, token: Option<&str>) -> Option<&mut Grant> {
        let by_code = code.and_then(|code| self.codes.iter().find(|known| known.text == code)).map(|code| code.grant);
        let place = by_code.or_else(|| {
            let token = token?;
            self.grants.iter().position(|grant| grant.token == token)
        })?;
        self.grants.get_mut(place)
    }
}

/// A phone number as somebody typed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Typed {
    pub(super) digits: String,
    pub(super) display: String,
}

impl Typed {
    /// Any usual way to write an international number; `None` for what is not one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if !text.chars().all(|c| c.is_ascii_digit() || " +-()./".contains(c))
            || text.rfind('+').is_some_and(|at| at > 0)
        {
            return None;
        }
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let digits = digits.trim_start_matches('0').to_owned();
        if !(7..=15).contains(&digits.len()) {
            return None;
        }
        let display = match (text.starts_with('+') && text.contains(' '), digits.strip_prefix('1')) {
            (true, _) => text.to_owned(),
            (false, Some(rest)) if rest.len() == 10 => format!("+1 {}-{}-{}", &rest[..3], &rest[3..6], &rest[6..]),
            _ => format!("+{digits}"),
        };
        Some(Self { digits, display })
    }
}
