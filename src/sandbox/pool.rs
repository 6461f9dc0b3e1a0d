//! The solution partner's pool of pre-verified numbers, as strict as Meta's documentation of them.
//!
//! A number in it is an object of its own until a customer takes it in the dialog; then that object is gone, and the phone number
//! that comes in its place has another id. Codes travel through the stand-in Twilio.

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{
    account::{Estate, Typed},
    answer::Problem,
    ask::Ask,
    dialog::Refused,
    edges::Desk,
    exchange::Caller,
    fields::{self, Object},
    world::World,
};
use crate::clock::{Timestamp, random, random_below};

/// Meta's documentation: verified for 90 days, verified again in the last 45 of them at the earliest; what is not verified
/// within 90 days drops out.
const LASTS: Duration = Duration::from_hours(90 * 24);
const EARLY: Duration = Duration::from_hours(45 * 24);
/// Meta publishes no number; it is ten in 72 hours for its other codes.
const MOST_CODES: usize = 10;
const CODES_WITHIN: Duration = Duration::from_hours(72);
const CODE_LASTS: Duration = Duration::from_mins(10);

/// The app's own business, once it is an approved Solution Partner.
#[derive(Debug)]
pub(super) struct Partner {
    business_id: String,
    token: String,
}

/// A number in the pool.
#[derive(Debug)]
pub(super) struct Pooled {
    pub(super) id: String,
    typed: Typed,
    added: Timestamp,
    verified: Option<Timestamp>,
    code: Option<(String, Timestamp)>,
    asked: Vec<Timestamp>,
}

/// What is known of a number in the pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PooledView {
    /// Its id there.
    pub id: String,
    /// In E.164.
    pub phone_number: String,
    /// Whether its verification holds.
    pub verified: bool,
}

/// A code on its way to a number.
#[derive(Debug)]
pub(super) struct Parcel {
    to: String,
    code: String,
    by_call: bool,
}

impl Pooled {
    fn expires(&self) -> Option<Timestamp> {
        self.verified.map(|at| at.plus(LASTS))
    }

    fn status(&self, now: Timestamp) -> &'static str {
        match self.expires() {
            None => "NOT_VERIFIED",
            Some(end) if now < end => "VERIFIED",
            Some(_) => "EXPIRED",
        }
    }

    fn object(&self, business: &str, now: Timestamp) -> Object {
        Object::pooled(json!({
            "id": self.id,
            "phone_number": format!("+{}", self.typed.digits),
            "code_verification_status": self.status(now),
            "code_verification_time": self.verified.map(|at| at.0 / 1000),
            "verification_expiry_time": self.expires().map(|at| at.0 / 1000),
            "owner_business": { "id": business, "name": "Sandbox Partner" },
        }))
    }

    fn request_code(&mut self, now: Timestamp) -> Result<String, Problem> {
        let error = |details: &str| Err(Problem::new(136_024, "Request code error").details(details));
        if self.expires().is_some_and(|end| now.plus(EARLY) < end) {
            return error("Phone number is already verified.");
        }
        self.asked.retain(|at| now.since(*at) < CODES_WITHIN);
        if self.asked.len() >= MOST_CODES {
            return error("Too many codes were requested for this phone number. Try again later.");
        }
        self.asked.push(now);
        let code = format!("{:06}", random_below(1_000_000));
        // The new one takes the old one's place.
        self.code = Some((code.clone(), now));
        Ok(code)
    }

    fn verify_code(&mut self, now: Timestamp, code: &str) -> Result<(), Problem> {
        match self.code.take_if(|(sent, at)| sent == code && now.since(*at) < CODE_LASTS) {
            Some(_) => {
                self.verified = Some(now);
                Ok(())
            }
            None => Err(Problem::new(136_025, "Verify code error").details("The verification code is not correct.")),
        }
    }
}

impl Estate {
    /// Whether a token is the partner's system user's.
    pub(super) fn is_partner(&self, token: &str) -> bool {
        self.partner.as_ref().is_some_and(|partner| partner.token == token)
    }

    pub(super) fn pooled(&self, id: &str) -> Option<&Pooled> {
        self.pool.iter().find(|pooled| pooled.id == id)
    }

    /// Takes a verified number out for the customer who chose it; whether there was one.
    pub(super) fn claim(&mut self, digits: &str, now: Timestamp) -> bool {
        let is_it = |pooled: &Pooled| pooled.typed.digits == digits && pooled.status(now) == "VERIFIED";
        let place = self.pool.iter().position(is_it);
        place.map(|place| self.pool.remove(place)).is_some()
    }

    /// The number that a dialog offers. Meta's documentation: an array of ids, of which the first is shown.
    pub(super) fn offered(&self, ids: &Value, now: Timestamp) -> Result<Typed, Refused> {
        let refused = |reason: &str| {
            Err(Refused::new("Invalid Parameter", format!("{reason} (extras.setup.preVerifiedPhone.ids)")))
        };
        let Some([first, ..]) = ids.as_array().map(Vec::as_slice) else { return refused("It is not an array of ids.") };
        let Some(first) = first.as_str() else { return refused("Ids are strings.") };
        match self.pooled(first) {
            None => refused("There is no such pre-verified phone number."),
            Some(pooled) if pooled.status(now) != "VERIFIED" => refused("The phone number is not verified any more."),
            Some(pooled) => Ok(pooled.typed.clone()),
        }
    }
}

impl Desk<'_> {
    /// What the partner's system user asks of its pool; `None` for everything else.
    pub(super) fn pool(&mut self, caller: Caller, ask: &Ask, id: &str, call: &str) -> Option<Result<Value, Problem>> {
        let is_pooled = self.estate.pooled(id).is_some();
        if !is_pooled && !matches!(call, "add_phone_numbers" | "preverified_numbers") {
            return None;
        }
        let unsupported = || Some(Err(Problem::unsupported(&ask.method, id)));
        let business = self.estate.partner.as_ref().map(|partner| partner.business_id.clone());
        let Some(business) = business.filter(|_| caller == Caller::Partner) else { return unsupported() };
        let now = self.now;
        self.estate.pool.retain(|pooled| pooled.verified.is_some() || now.since(pooled.added) < LASTS);
        if is_pooled {
            return Some(self.pooled(ask, id, call, &business));
        }
        if id != business {
            return unsupported();
        }
        Some(if call == "add_phone_numbers" { self.add(ask) } else { self.list(ask, &business) })
    }

    fn add(&mut self, ask: &Ask) -> Result<Value, Problem> {
        let refused = |details: &str| Problem::new(100, "Invalid parameter").details(details);
        let typed = Typed::parse(ask.need("phone_number")?);
        let typed = typed.ok_or_else(|| refused("The phone number is not valid."))?;
        if self.estate.pool.iter().any(|pooled| pooled.typed.digits == typed.digits) {
            return Err(refused("The phone number is in the pool already."));
        }
        if self.estate.phones.iter().any(|phone| phone.digits == typed.digits) {
            return Err(refused("The phone number is registered to another WhatsApp Business Account."));
        }
        let id = self.estate.id(117_300_000_000_021);
        let (added, verified, code, asked) = (self.now, None, None, Vec::new());
        self.estate.pool.push(Pooled { id: id.clone(), typed, added, verified, code, asked });
        Ok(json!({ "id": id }))
    }

    fn list(&self, ask: &Ask, business: &str) -> Result<Value, Problem> {
        let wanted = ask.text("code_verification_status");
        let shown =
            self.estate.pool.iter().filter(|pooled| wanted.is_none_or(|status| status == pooled.status(self.now)));
        let objects: Vec<_> = shown.map(|pooled| pooled.object(business, self.now)).collect();
        fields::page(self.base, ask, &objects, usize::MAX)
    }

    fn pooled(&mut self, ask: &Ask, id: &str, call: &str, business: &str) -> Result<Value, Problem> {
        let now = self.now;
        let unsupported = || Problem::unsupported(&ask.method, id);
        let place = self.estate.pool.iter().position(|pooled| pooled.id == id).ok_or_else(unsupported)?;
        let pooled = &mut self.estate.pool[place];
        match call {
            "pooled" => return pooled.object(business, now).pick(ask.text("fields")),
            "unpool" => {
                self.estate.pool.remove(place);
            }
            "request_code" => {
                let method = ask.need("code_method")?;
                if !matches!(method, "SMS" | "VOICE") {
                    return Err(Problem::new(100, "Param code_method must be one of {SMS, VOICE}"));
                }
                ask.need("language")?;
                let (code, to) = (pooled.request_code(now)?, format!("+{}", pooled.typed.digits));
                self.estate.outbox.push(Parcel { to, code, by_call: method == "VOICE" });
            }
            "verify_code" => pooled.verify_code(now, ask.need("code")?)?,
            _ => return Err(unsupported()),
        }
        Ok(json!({ "success": true }))
    }
}

impl World {
    /// From now on the app's business is an approved Solution Partner with a pool; its id, and its system user's token.
    #[must_use]
    pub fn make_partner(&self) -> (String, String) {
        let mut state = self.state();
        let business_id = state.estate.add_business();
        let token = format!("EAA{}", BASE64_URL_SAFE_NO_PAD.encode(random::<90>()).replace(['-', '_'], "Z"));
        state.estate.partner = Some(Partner { business_id: business_id.clone(), token: token.clone() });
        (business_id, token)
    }

    /// Everything in the pool, oldest first.
    #[must_use]
    pub fn pool(&self) -> Vec<PooledView> {
        let now = self.now();
        let view = |pooled: &Pooled| PooledView {
            id: pooled.id.clone(),
            phone_number: format!("+{}", pooled.typed.digits),
            verified: pooled.status(now) == "VERIFIED",
        };
        self.state().estate.pool.iter().map(view).collect()
    }

    /// Somebody takes a number out by hand, or Meta forgets it.
    pub fn empty_pool(&self) {
        self.state().estate.pool.clear();
    }

    /// Meta takes nothing in it for verified any more, long before its time.
    pub fn forget_proofs(&self) {
        for pooled in &mut self.state().estate.pool {
            pooled.verified = None;
        }
    }

    /// Sends the codes that were asked for, each in its own time.
    pub(super) fn post_codes(&self) {
        let parcels = std::mem::take(&mut self.state().estate.outbox);
        for Parcel { to, code, by_call } in parcels {
            let exchange = self.twilio().clone();
            tokio::spawn(async move { exchange.deliver(&to, &code, by_call).await });
        }
    }
}
