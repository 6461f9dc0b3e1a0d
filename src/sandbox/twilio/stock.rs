//! What the telephone company has: accounts, numbers for sale, numbers that are owned, messages and recordings.

use std::collections::HashMap;

use super::{ACCOUNT_SID, AUTH_TOKEN, Owned};
use crate::{clock::Timestamp, seal::hex};

#[derive(Debug, Default)]
pub(super) struct Account {
    pub(super) sid: String,
    pub(super) token: String,
    pub(super) key: Option<(String, String)>,
    pub(super) is_test: bool,
    pub(super) bundles: Vec<String>,
    pub(super) addresses: Vec<String>,
}

/// A country that sells numbers of a type.
#[derive(Debug)]
pub(super) struct Market {
    pub(super) country: String,
    /// As the search's answer spells it: `local`.
    pub(super) kind: String,
    pub(super) price: String,
    pub(super) needs_bundle: bool,
    pub(super) needs_address: bool,
    /// What is for sale when it is not everything.
    pub(super) only: Option<Vec<String>>,
}

#[derive(Debug)]
pub(super) struct Message {
    pub(super) sid: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) body: String,
    pub(super) at: Timestamp,
}

/// A call's recording.
#[derive(Debug)]
pub(super) struct Recording {
    pub(super) sid: String,
    pub(super) call: String,
}

#[derive(Debug)]
pub(super) struct Stock {
    pub(super) accounts: Vec<Account>,
    pub(super) markets: Vec<Market>,
    pub(super) owned: Vec<Owned>,
    pub(super) taken: Vec<String>,
    pub(super) messages: Vec<Message>,
    pub(super) recordings: Vec<Recording>,
    /// Each with its recording's SID.
    pub(super) transcriptions: Vec<(String, String)>,
    /// The last code that was sent to each number, by its digits.
    pub(super) codes: HashMap<String, String>,
    pub(super) bought: usize,
    pub(super) released: usize,
    made: u64,
}

/// How a country's numbers begin, and what follows the area.
fn dial_code(country: &str) -> Option<(&'static str, usize)> {
    Some(match country {
        "US" | "CA" => ("1", 10),
        "CL" => ("56", 9),
        "GB" => ("44", 10),
        "MX" => ("52", 10),
        "BR" => ("55", 11),
        _ => return None,
    })
}

impl Stock {
    pub(super) fn new() -> Self {
        let mut stock = Self {
            accounts: Vec::new(),
            markets: Vec::new(),
            owned: Vec::new(),
            taken: Vec::new(),
            messages: Vec::new(),
            recordings: Vec::new(),
            transcriptions: Vec::new(),
            codes: HashMap::new(),
            bought: 0,
            released: 0,
            made: 0,
        };
        stock.open_account(ACCOUNT_SID, AUTH_TOKEN, None);
        stock.sell("US", "local", "1.15", false, false);
        stock.sell("CL", "local", "4.00", true, true);
        stock.sell("GB", "local", "1.15", false, true);
        stock
    }

    pub(super) fn open_account(&mut self, sid: &str, token: &str, key: Option<(&str, &str)>) {
        let key = key.map(|(id, secret)| (id.to_owned(), secret.to_owned()));
        let (sid, token) = (sid.to_owned(), token.to_owned());
        self.accounts.push(Account { sid, token, key, ..Account::default() });
    }

    pub(super) fn only_test(&mut self, sid: &str) {
        self.accounts.iter_mut().filter(|account| account.sid == sid).for_each(|account| account.is_test = true);
    }

    pub(super) fn sell(&mut self, country: &str, kind: &str, price: &str, needs_bundle: bool, needs_address: bool) {
        self.markets.retain(|market| market.country != country || market.kind != kind);
        self.markets.push(Market {
            country: country.to_owned(),
            kind: kind.to_owned(),
            price: price.to_owned(),
            needs_bundle,
            needs_address,
            only: None,
        });
    }

    pub(super) fn approve(&mut self, account: &str, bundle: &str, address: &str) {
        for account in self.accounts.iter_mut().filter(|known| known.sid == account) {
            account.bundles.push(bundle.to_owned());
            account.addresses.push(address.to_owned());
        }
    }

    pub(super) fn only(&mut self, country: &str, phone_numbers: &[&str]) {
        for market in self.markets.iter_mut().filter(|market| market.country == country) {
            market.only = Some(phone_numbers.iter().map(|number| (*number).to_owned()).collect());
        }
    }

    /// SIDs are the same in every run.
    pub(super) fn sid(&mut self, kind: &str) -> String {
        self.made += 1;
        format!("{kind}{}", hex(u128::from(self.made).to_be_bytes()))
    }

    pub(super) fn add(&mut self, account: &str, phone_number: &str, friendly_name: &str, now: Timestamp) {
        let sid = self.sid("PN");
        self.owned.push(Owned {
            sid,
            account: account.to_owned(),
            phone_number: phone_number.to_owned(),
            friendly_name: friendly_name.to_owned(),
            sms_url: String::new(),
            voice_url: String::new(),
            bought_at: now,
        });
    }

    /// Numbers of a market that nobody has, of that area.
    pub(super) fn offers(&self, market: &Market, area: Option<&str>, most: usize) -> Vec<String> {
        let free = |number: &String| !self.is_taken(number);
        if let Some(only) = &market.only {
            let fits = |number: &String| area.is_none_or(|area| number[2..].starts_with(area));
            return only.iter().filter(|number| free(number) && fits(number)).take(most).cloned().collect();
        }
        let Some((code, length)) = dial_code(&market.country) else { return Vec::new() };
        let area = match (area, market.country.as_str()) {
            // Area codes that end so are not in use.
            (Some(area), _) if area.ends_with("11") || area == "533" => return Vec::new(),
            (Some(area), _) => area,
            (None, "US" | "CA") => "628",
            (None, _) => "22",
        };
        let rest = length - area.len();
        let filling = "5".repeat(rest.saturating_sub(5));
        let number = |n: u64| format!("+{code}{area}{filling}{n:05}");
        (100..9_999).map(number).filter(free).take(most).collect()
    }

    pub(super) fn is_taken(&self, phone_number: &str) -> bool {
        self.taken.iter().any(|taken| taken == phone_number)
            || self.owned.iter().any(|owned| owned.phone_number == phone_number)
    }

    /// The market that a number would be of.
    pub(super) fn market_of(&self, phone_number: &str) -> Option<&Market> {
        self.markets.iter().find(|market| {
            market.only.as_ref().is_some_and(|only| only.iter().any(|number| number == phone_number))
                || (market.only.is_none()
                    && dial_code(&market.country).is_some_and(|(code, length)| {
                        phone_number
                            .strip_prefix('+')
                            .and_then(|digits| digits.strip_prefix(code))
                            .is_some_and(|rest| rest.len() == length && rest.bytes().all(|b| b.is_ascii_digit()))
                    }))
        })
    }
}
