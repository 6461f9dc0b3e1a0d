//! Carries a call out, and refuses what Twilio would refuse.

mod calls;
mod market;
mod rules;

use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc2822};

use super::{Owned, answer::Answer, ask::Ask, stock::Stock};
use crate::clock::Timestamp;

/// One call.
pub(super) fn perform(stock: &mut Stock, ask: &Ask, now: Timestamp) -> Answer {
    match ask.name {
        "unknown" => return Answer::missing(&ask.path),
        "not allowed" => return Answer::error(405, 20_004, "Method not allowed"),
        _ => {}
    }
    let Some(account) = account_of(stock, ask) else { return Answer::error(401, 20_003, "Authenticate") };
    let is_test = stock.accounts.iter().any(|known| known.sid == account && known.is_test);
    if is_test && ask.name != "buy" {
        return Answer::error(403, 20_008, "Resource not accessible with Test Account Credentials");
    }
    if let Some(refusal) = rules::refusal(ask) {
        return refusal;
    }
    match ask.name {
        "account" => Answer::json(200, &json!({ "sid": account, "status": "active", "type": "Full" })),
        "types" => market::types(stock, ask),
        "search" => market::search(stock, ask),
        "buy" => buy(stock, ask, &account, is_test, now).unwrap_or_else(|refusal| refusal),
        "numbers" => numbers(stock, ask, &account),
        "number" => match owned(stock, &account, ask.last(0)) {
            Some(owned) => Answer::json(200, &view(owned)),
            None => Answer::missing(&ask.path),
        },
        "update" => update(stock, ask, &account),
        "release" => {
            let before = stock.owned.len();
            stock.owned.retain(|owned| owned.sid != ask.last(0) || owned.account != account);
            if stock.owned.len() == before {
                return Answer::missing(&ask.path);
            }
            stock.released += 1;
            Answer::nothing()
        }
        "messages" => calls::messages(stock, ask),
        "recordings" => calls::recordings(stock, ask),
        "recording" | "recording_delete" => calls::recording(stock, ask),
        "transcriptions" => calls::transcriptions(stock, ask),
        "transcription_delete" => calls::transcription(stock, ask),
        "regulations" => market::regulations(stock, ask),
        "bundle" => {
            let known = stock.accounts.iter().any(|known| known.bundles.iter().any(|sid| sid == ask.last(0)));
            if known {
                Answer::json(200, &json!({ "sid": ask.last(0), "status": "twilio-approved" }))
            } else {
                Answer::missing(&ask.path)
            }
        }
        _ => market::prices(stock, ask),
    }
}

/// The account that the credentials open: the one in the path, by its token or by its key.
fn account_of(stock: &Stock, ask: &Ask) -> Option<String> {
    let (user, password) = ask.credentials.as_ref()?;
    let opens = |account: &&super::stock::Account| {
        (account.sid == *user && account.token == *password)
            // A standard key opens everything but accounts themselves.
            || (ask.name != "account" && account.key.as_ref().is_some_and(|(id, secret)| id == user && secret == password))
    };
    let account = stock.accounts.iter().find(opens)?;
    (ask.account.is_empty() || ask.account == account.sid).then(|| account.sid.clone())
}

fn buy(stock: &mut Stock, ask: &Ask, account: &str, is_test: bool, now: Timestamp) -> Result<Answer, Answer> {
    let refuse = |code, message: &str| Err(Answer::error(400, code, message));
    let number = match (ask.field("PhoneNumber"), ask.field("AreaCode"), is_test) {
        (Some(number), None, _) => number.to_owned(),
        (None, Some("533"), true) => return refuse(21_452, "No phone numbers found in area code"),
        (None, Some("500"), true) => "+15005550006".to_owned(),
        (None, Some(area), false) => {
            let market = stock.markets.iter().find(|market| market.country == "US");
            let found = market.and_then(|market| stock.offers(market, Some(area), 1).pop());
            let Some(found) = found else { return refuse(21_452, "No phone numbers found in area code") };
            found
        }
        _ => return refuse(21_421, "PhoneNumber is invalid"),
    };
    match number.as_str() {
        "+15005550001" => return refuse(21_421, "PhoneNumber is invalid"),
        "+15005550006" if is_test => {
            let shown = Owned {
                sid: stock.sid("PN"),
                account: account.to_owned(),
                phone_number: number,
                friendly_name: ask.field("FriendlyName").unwrap_or_default().to_owned(),
                sms_url: String::new(),
                voice_url: String::new(),
                bought_at: now,
            };
            return Ok(Answer::json(201, &view(&shown)));
        }
        _ if is_test || number.starts_with("+1500555") => return refuse(21_422, "PhoneNumber is not available"),
        _ => {}
    }
    // A number that the account has answers as an update does: 201 again, and the same SID.
    if let Some(at) = stock.owned.iter().position(|owned| owned.account == account && owned.phone_number == number) {
        change(&mut stock.owned[at], ask);
        return Ok(Answer::json(201, &view(&stock.owned[at])));
    }
    let Some(market) = stock.market_of(&number) else { return refuse(21_421, "PhoneNumber is invalid") };
    let known = stock.accounts.iter().find(|known| known.sid == account);
    let has = |list: Option<&Vec<String>>, field| {
        ask.field(field).is_some_and(|sid| list.is_some_and(|known| known.iter().any(|one| one == sid)))
    };
    if market.needs_bundle && !has(known.map(|known| &known.bundles), "BundleSid") {
        return refuse(21_649, "Phone Number Requires a Bundle");
    }
    if market.needs_address && !has(known.map(|known| &known.addresses), "AddressSid") {
        return refuse(21_631, "Phone Number Requires an Address");
    }
    if stock.is_taken(&number) {
        return refuse(21_422, &format!("{number} is not available."));
    }
    stock.add(account, &number, "", now);
    stock.bought += 1;
    let Some(owned) = stock.owned.last_mut() else { return refuse(21_421, "PhoneNumber is invalid") };
    change(owned, ask);
    Ok(Answer::json(201, &view(owned)))
}

fn change(owned: &mut Owned, ask: &Ask) {
    let set = |field: &str, place: &mut String| {
        if let Some(value) = ask.field(field) {
            value.clone_into(place);
        }
    };
    set("FriendlyName", &mut owned.friendly_name);
    set("SmsUrl", &mut owned.sms_url);
    set("VoiceUrl", &mut owned.voice_url);
}

fn owned<'a>(stock: &'a Stock, account: &str, sid: &str) -> Option<&'a Owned> {
    stock.owned.iter().find(|owned| owned.account == account && owned.sid == sid)
}

fn update(stock: &mut Stock, ask: &Ask, account: &str) -> Answer {
    match stock.owned.iter_mut().find(|owned| owned.account == account && owned.sid == ask.last(0)) {
        Some(owned) => {
            change(owned, ask);
            Answer::json(200, &view(owned))
        }
        None => Answer::missing(&ask.path),
    }
}

/// The filter by number also finds what only contains it; a page links to the next by a path.
fn numbers(stock: &Stock, ask: &Ask, account: &str) -> Answer {
    let by_number = ask.field("PhoneNumber").map(|number| number.trim_matches('*').to_owned());
    let fits = |owned: &&Owned| {
        owned.account == account
            && by_number.as_ref().is_none_or(|number| owned.phone_number.contains(number.as_str()))
            && ask.field("FriendlyName").is_none_or(|name| owned.friendly_name == name)
    };
    let all: Vec<&Owned> = stock.owned.iter().filter(fits).collect();
    // Small pages, so that whoever does not follow them misses something.
    let size = ask.field("PageSize").and_then(|size| size.parse().ok()).unwrap_or(50).min(3);
    let page: usize = ask.field("Page").and_then(|page| page.parse().ok()).unwrap_or(0);
    let shown: Vec<Value> = all.iter().skip(page * size).take(size).map(|owned| view(owned)).collect();
    let next = (all.len() > (page + 1) * size)
        .then(|| format!("{}?PageSize={size}&Page={}&PageToken=PA{}", ask.path, page + 1, page + 1));
    Answer::json(
        200,
        &json!({ "incoming_phone_numbers": shown, "page": page, "page_size": size, "next_page_uri": next, "uri": ask.path }),
    )
}

fn view(owned: &Owned) -> Value {
    json!({
        "sid": owned.sid, "account_sid": owned.account, "phone_number": owned.phone_number,
        "friendly_name": owned.friendly_name, "sms_url": owned.sms_url, "voice_url": owned.voice_url,
        "status": "in-use", "type": "local", "beta": false, "origin": "twilio", "bundle_sid": null,
        "address_requirements": "none", "capabilities": { "voice": true, "sms": true, "mms": false, "fax": false },
        "date_created": rfc2822(owned.bought_at),
        "uri": format!("/2010-04-01/Accounts/{}/IncomingPhoneNumbers/{}.json", owned.account, owned.sid),
    })
}

fn rfc2822(at: Timestamp) -> String {
    let at = OffsetDateTime::from_unix_timestamp(at.0.div_euclid(1000)).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    at.format(&Rfc2822).unwrap_or_default()
}
