//! From the wish for a number to one that is bought.
//!
//! Twilio has no idempotency keys. The pick is written down before anything is bought, and before a purchase is made Twilio
//! is asked whether that very number is ours already: by our mark on it, since an account may have other owners. Only
//! "not available" makes us pick another.
//!
//! That a purchase is sent off is written down too, until it is known what came of it. As long as it is not, the pick is
//! neither given up nor exchanged, whatever Twilio says of our credentials: the number may be paid for.

use super::{
    accounts::{self, Payer},
    keep, marks, tell,
    worker::{self, Turn},
};
use crate::{
    app::App,
    clock::random_below,
    error::{Error, Result},
    event::Name,
    link::Status as LinkStatus,
    meter,
    provisioned::{NumberType, Provisioned, Status, Trouble},
    store::{
        links,
        provisioned::{self, purchases},
    },
    twilio::{
        Failure, Remedy, inbound,
        numbers::{Offer, Owned, Purchase},
    },
};

/// How many numbers may turn out not to be for sale before we say that there are none.
const MOST_PASSED: usize = 12;
/// Tries of a search that Twilio does not answer: about two minutes.
const MOST_SEARCHES: i32 = 8;
/// Numbers among which chance picks, so that many who ask at once do not all want the first.
const CHANCE: usize = 10;

/// Searches, and writes down the number that is to be bought.
pub(super) async fn pick(app: &App, number: &mut Provisioned) -> Result<Turn> {
    if is_called_off(app, number).await? {
        return fail(app, number, Trouble::CalledOff).await;
    }
    let Some(payer) = payer(app, number).await? else {
        return fail(app, number, Trouble::Credentials).await;
    };
    let found = match find(app, number, &payer).await {
        Ok(found) => found,
        Err(Stop::For(trouble)) => return fail(app, number, trouble).await,
        Err(Stop::Failure(failure)) => {
            tracing::warn!(provisioned = %number.id, %failure, "numbers for sale could not be looked for");
            return match failure.remedy() {
                Remedy::Stop(trouble) => fail(app, number, trouble).await,
                _ if number.tries >= MOST_SEARCHES => fail(app, number, Trouble::NotAnswering).await,
                Remedy::Later(asked) => Ok(Turn::Later(asked)),
                Remedy::Ask | Remedy::Another | Remedy::Missing => Ok(Turn::Later(None)),
            };
        }
    };
    number.status = Status::Picked;
    for offer in found {
        (number.phone_number, number.takes_sms) = (Some(offer.phone_number), offer.sms);
        number.next_at = app.clock.now();
        // Another link's pick is not ours: the second purchase would quietly take the first one over.
        if worker::save(app, number, true).await? {
            return Ok(Turn::On);
        }
    }
    (number.status, number.phone_number) = (Status::Wanted, None);
    Ok(Turn::Later(None))
}

/// Why a search ends without numbers.
enum Stop {
    For(Trouble),
    Failure(Failure),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// Numbers that may be bought, in the order in which they are tried.
async fn find(app: &App, number: &Provisioned, payer: &Payer) -> std::result::Result<Vec<Offer>, Stop> {
    let Payer { account, rule } = payer;
    let country = number.country_iso.as_str();
    let kind = match rule.number_type {
        Some(kind) => kind,
        None if country == super::HOME => NumberType::Local,
        None => {
            let offered = app.twilio.types(account, country).await?;
            let usual = |kind: &NumberType| *kind != NumberType::TollFree;
            offered.into_iter().find(usual).ok_or(Stop::For(Trouble::NoneLeft))?
        }
    };
    if country != super::HOME && rule.bundle_sid.is_none() {
        // The purchase itself has the last word; where this question is not answered, it will be asked there.
        match app.twilio.asks_for_documents(account, country, kind).await {
            Ok(true) => return Err(Stop::For(Trouble::Bundle)),
            Ok(false) => {}
            Err(failure) => tracing::info!(country, %failure, "what the country asks for is not known"),
        }
    }
    if let Some(highest) = app.twilio.settings().highest_price {
        let price = app.twilio.price(account, country, kind).await?;
        if price.is_none_or(|price| price > highest) {
            tracing::warn!(country, %kind, price, highest, "numbers cost more than is allowed, or nobody knows what");
            return Err(Stop::For(Trouble::TooExpensive));
        }
    }
    let offers = app.twilio.search(account, country, kind, number.area_code.as_deref()).await?;
    let had_any = !offers.is_empty();
    let fits = |offer: &Offer| {
        (!offer.needs_address || rule.address_sid.is_some()) && !number.passed.contains(&offer.phone_number)
    };
    let needs_address = had_any && offers.iter().all(|offer| offer.needs_address) && rule.address_sid.is_none();
    let fitting: Vec<Offer> = offers.into_iter().filter(fits).collect();
    if needs_address {
        return Err(Stop::For(Trouble::Address));
    }
    if fitting.is_empty() || number.passed.len() >= MOST_PASSED {
        let has_area = number.area_code.is_some();
        return Err(Stop::For(if has_area { Trouble::AreaCode } else { Trouble::NoneLeft }));
    }
    Ok(shuffled(fitting))
}

/// Those that take SMS before the others; among the first of them, chance.
fn shuffled(mut offers: Vec<Offer>) -> Vec<Offer> {
    let with_sms = offers.iter().filter(|offer| offer.sms).count();
    let alike = if with_sms == 0 { offers.len() } else { with_sms }.min(CHANCE);
    for at in (1..alike).rev() {
        let other = random_below(u64::try_from(at).unwrap_or(0) + 1);
        offers.swap(at, usize::try_from(other).unwrap_or(0));
    }
    offers
}

/// Asks whether the picked number is ours, and buys it when it is not.
pub(super) async fn buy(app: &App, number: &mut Provisioned) -> Result<Turn> {
    let picked = number.phone_number.clone().ok_or_else(|| Error::Internal("a pick without a number".to_owned()))?;
    // Whoever can look into the account may say what it has, also when it does not pay any more.
    let Some(account) = accounts::of_number(app, number).await? else {
        return refused(app, number, Remedy::Stop(Trouble::Credentials), picked).await;
    };
    match app.twilio.by_number(&account, &picked).await {
        Ok(Some(owned)) if owned.friendly_name == number.mark => return bought(app, number, owned).await,
        found => {
            if let Err(failure) = &found {
                complain(number, failure);
                return refused(app, number, failure.remedy(), picked).await;
            }
            purchases::close(app.store.acquire().await?.db(), number.id).await?;
            // The account's, but not through us: it was bought by hand or by another deployment, and stays theirs.
            if let Ok(Some(_)) = found {
                return pass(app, number, picked).await;
            }
        }
    }
    if is_called_off(app, number).await? {
        return fail(app, number, Trouble::CalledOff).await;
    }
    let Some(Payer { account, rule }) = payer(app, number).await? else {
        return fail(app, number, Trouble::Credentials).await;
    };
    let (sms_url, voice_url) = (app.public_url.of(inbound::SMS), app.public_url.of(inbound::VOICE));
    let purchase = Purchase {
        phone_number: &picked,
        friendly_name: &number.mark,
        sms_url: &sms_url,
        voice_url: &voice_url,
        address_sid: rule.address_sid.as_deref(),
        bundle_sid: rule.bundle_sid.as_deref(),
    };
    send(app, number).await?;
    match app.twilio.buy(&account, &purchase).await {
        Ok(owned) => {
            match bought(app, number, owned.clone()).await {
                Err(Error::Conflict(_)) => {
                    // Whoever took it over asks Twilio and finds it; unless it was called off in this very moment.
                    keep::compensate(app, &account, &number.mark, &owned).await?;
                    Err(Error::Conflict("the number was taken over".to_owned()))
                }
                turn => turn,
            }
        }
        Err(failure) => {
            complain(number, &failure);
            if failure.remedy() != Remedy::Ask {
                // It was not ours before, and a refusal makes it no more ours.
                purchases::close(app.store.acquire().await?.db(), number.id).await?;
            }
            refused(app, number, failure.remedy(), picked).await
        }
    }
}

/// Writes down that the purchase is sent off, as long as the number is this worker's to buy.
async fn send(app: &App, number: &Provisioned) -> Result<()> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    provisioned::save(tx.db(), number, Some(worker::lease(now)), now).await?;
    purchases::send(tx.db(), number.id, now).await?;
    tx.commit().await
}

fn complain(number: &Provisioned, failure: &Failure) {
    tracing::warn!(provisioned = %number.id, %failure, tries = number.tries, "a number could not be bought");
}

/// What to do about a refusal while a number is picked. It may have been bought, and then nothing is given up before Twilio has
/// said what it has.
async fn refused(app: &App, number: &mut Provisioned, remedy: Remedy, picked: String) -> Result<Turn> {
    let is_open = purchases::is_open(app.store.acquire().await?.db(), number.id).await?;
    let trouble = match remedy {
        Remedy::Later(asked) => return Ok(Turn::Later(asked)),
        Remedy::Ask => return Ok(Turn::Later(None)),
        Remedy::Another if !is_open => return pass(app, number, picked).await,
        Remedy::Another | Remedy::Missing => Trouble::Refused,
        Remedy::Stop(trouble) => trouble,
    };
    if !is_open {
        return fail(app, number, trouble).await;
    }
    if number.trouble != Some(trouble) {
        tracing::error!(provisioned = %number.id, project = %number.project_id, account = number.account_sid, %trouble, "a number may have been bought, and Twilio does not say; it is asked until it does");
        meter::provisioned("unknown");
    }
    number.trouble = Some(trouble);
    Ok(Turn::Later(None))
}

async fn bought(app: &App, number: &mut Provisioned, owned: Owned) -> Result<Turn> {
    let now = app.clock.now();
    (number.status, number.trouble) = (Status::Bought, None);
    number.sid = Some(owned.sid);
    number.bought_at = Some(now);
    number.next_at = now;
    let mut tx = app.store.begin().await?;
    provisioned::save(tx.db(), number, Some(worker::lease(now)), now).await?;
    purchases::close(tx.db(), number.id).await?;
    tell(&mut tx, Name::ProvisionedBought, number, now).await?;
    tx.commit().await?;
    meter::provisioned("bought");
    tracing::info!(provisioned = %number.id, project = %number.project_id, country = number.country_iso, "a number was bought");
    Ok(Turn::On)
}

/// That number is not to be had: back to the search.
async fn pass(app: &App, number: &mut Provisioned, picked: String) -> Result<Turn> {
    number.passed.push(picked);
    (number.status, number.trouble, number.phone_number) = (Status::Wanted, None, None);
    number.next_at = app.clock.now();
    worker::save(app, number, true).await?;
    Ok(Turn::On)
}

async fn fail(app: &App, number: &mut Provisioned, trouble: Trouble) -> Result<Turn> {
    if trouble.needs_operator() {
        tracing::error!(provisioned = %number.id, project = %number.project_id, country = number.country_iso, %trouble, "no number is bought until the operator does something about it");
    } else {
        tracing::warn!(provisioned = %number.id, project = %number.project_id, country = number.country_iso, %trouble, "no number is bought");
    }
    meter::provisioned(trouble.as_str());
    (number.status, number.trouble) = (Status::Failed, Some(trouble));
    worker::save(app, number, false).await?;
    Ok(Turn::Over)
}

/// Who pays for this number: the account it was begun on, with what the project has for the country now.
async fn payer(app: &App, number: &Provisioned) -> Result<Option<Payer>> {
    let payer = accounts::payer(app, number.project_id, &number.country_iso).await?;
    Ok(payer.filter(|payer| payer.account.sid == number.account_sid))
}

/// Whether nobody wants it any more: its link is over, or the platform gives it back.
async fn is_called_off(app: &App, number: &Provisioned) -> Result<bool> {
    let now = app.clock.now();
    if number.release_at.is_some_and(|when| when <= now) || !marks::of(app).await?.has(&number.mark) {
        return Ok(true);
    }
    let visit = links::visit_by_id(app.store.acquire().await?.db(), number.link_id).await?;
    Ok(visit.is_none_or(|visit| visit.link.status(now) != LinkStatus::Active))
}
