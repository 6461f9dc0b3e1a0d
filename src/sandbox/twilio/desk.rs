//! Carries a call out, and refuses what Twilio would refuse.

use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc2822};
use url::Url;

use super::{Owned, answer::Answer, ask::Ask, stock::Stock};
use crate::clock::Timestamp;

/// What Twilio's OpenAPI description lets a purchase say.
const PURCHASE: &[&str] = &[
    "PhoneNumber",
    "AreaCode",
    "ApiVersion",
    "FriendlyName",
    "SmsApplicationSid",
    "SmsFallbackMethod",
    "SmsFallbackUrl",
    "SmsMethod",
    "SmsUrl",
    "StatusCallback",
    "StatusCallbackMethod",
    "VoiceApplicationSid",
    "VoiceCallerIdLookup",
    "VoiceFallbackMethod",
    "VoiceFallbackUrl",
    "VoiceMethod",
    "VoiceUrl",
    "EmergencyStatus",
    "EmergencyAddressSid",
    "TrunkSid",
    "IdentitySid",
    "AddressSid",
    "VoiceReceiveMode",
    "BundleSid",
];
const SEARCH: &[&str] = &[
    "AreaCode",
    "Contains",
    "SmsEnabled",
    "MmsEnabled",
    "VoiceEnabled",
    "FaxEnabled",
    "ExcludeAllAddressRequired",
    "ExcludeLocalAddressRequired",
    "ExcludeForeignAddressRequired",
    "Beta",
    "NearNumber",
    "NearLatLong",
    "Distance",
    "InPostalCode",
    "InRegion",
    "InRateCenter",
    "InLata",
    "InLocality",
    "PageSize",
    "Page",
    "PageToken",
];
const LIST: &[&str] = &["Beta", "FriendlyName", "PhoneNumber", "Origin", "PageSize", "Page", "PageToken"];
const MESSAGES: &[&str] = &["To", "From", "DateSent", "DateSent<", "DateSent>", "PageSize", "Page", "PageToken"];
const REGULATIONS: &[&str] =
    &["EndUserType", "IsoCountry", "NumberType", "IncludeConstraints", "PageSize", "Page", "PageToken"];

/// One call.
pub(super) fn perform(stock: &mut Stock, ask: &Ask, now: Timestamp) -> Answer {
    if ask.name == "unknown" {
        return Answer::missing(&ask.path);
    }
    let Some(account) = account_of(stock, ask) else { return Answer::error(401, 20_003, "Authenticate") };
    let is_test = stock.accounts.iter().any(|known| known.sid == account && known.is_test);
    if is_test && ask.name != "buy" {
        return Answer::error(403, 20_008, "Resource not accessible with Test Account Credentials");
    }
    if let Some(unknown) = unknown_field(ask) {
        // Twilio only warns of it (20001). Whoever is held against its description must not get away with it.
        return Answer::error(400, 20_001, &format!("Unknown parameter {unknown}"));
    }
    match ask.name {
        "account" => Answer::json(200, &json!({ "sid": account, "status": "active", "type": "Full" })),
        "types" => types(stock, ask),
        "search" => search(stock, ask),
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
        "messages" => messages(stock, ask),
        "recording" | "recording_delete" => recording(stock, ask),
        "regulations" => regulations(stock, ask),
        "bundle" => {
            let known = stock.accounts.iter().any(|known| known.bundles.iter().any(|sid| sid == ask.last(0)));
            if known {
                Answer::json(200, &json!({ "sid": ask.last(0), "status": "twilio-approved" }))
            } else {
                Answer::missing(&ask.path)
            }
        }
        _ => prices(stock, ask),
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

fn unknown_field(ask: &Ask) -> Option<&str> {
    let known: &[&str] = match ask.name {
        "buy" | "update" => PURCHASE,
        "search" => SEARCH,
        "numbers" => LIST,
        "messages" => MESSAGES,
        "regulations" => REGULATIONS,
        _ => &[],
    };
    ask.fields.iter().map(|(name, _)| name.as_str()).find(|name| !known.contains(name))
}

fn types(stock: &Stock, ask: &Ask) -> Answer {
    let country = ask.last(0);
    let kinds = stock.markets.iter().filter(|market| market.country == country);
    let uris: serde_json::Map<String, Value> = kinds
        .map(|market| (market.kind.clone(), format!("/2010-04-01/{country}/{}.json", market.kind).into()))
        .collect();
    if uris.is_empty() {
        return Answer::missing(&ask.path);
    }
    Answer::json(200, &json!({ "country_code": country, "subresource_uris": uris, "beta": false }))
}

fn search(stock: &Stock, ask: &Ask) -> Answer {
    let (country, kind) = (ask.last(0), ask.last(1));
    let is_of = |spelled: &str| spelled.replace('_', "").eq_ignore_ascii_case(kind);
    let Some(market) = stock.markets.iter().find(|market| market.country == country && is_of(&market.kind)) else {
        return Answer::missing(&ask.path);
    };
    let area = ask.field("AreaCode");
    if area.is_some() && !["US", "CA"].contains(&country) {
        return Answer::error(400, 21_451, "AreaCode is for the US and Canada");
    }
    if area.is_some_and(|area| area.len() != 3 || !area.bytes().all(|b| b.is_ascii_digit())) {
        return Answer::error(400, 21_451, "Invalid area code");
    }
    let most = ask.field("PageSize").and_then(|size| size.parse().ok()).unwrap_or(50);
    let offers = stock.offers(market, area, most);
    let sms = country == "US";
    let list: Vec<Value> = offers
        .iter()
        .map(|number| {
            json!({
                "friendly_name": number, "phone_number": number, "lata": "730", "locality": "San Rafael",
                "rate_center": "San Rafael", "latitude": "38.000000", "longitude": "-122.500000", "region": "CA",
                "postal_code": "94945", "iso_country": country, "beta": false,
                "address_requirements": if market.needs_address { "any" } else { "none" },
                "capabilities": { "voice": true, "SMS": sms, "MMS": false, "fax": false },
            })
        })
        .collect();
    Answer::json(200, &json!({ "available_phone_numbers": list, "uri": ask.path }))
}

fn buy(stock: &mut Stock, ask: &Ask, account: &str, is_test: bool, now: Timestamp) -> Result<Answer, Answer> {
    if !ask.is_form {
        return Err(Answer::error(400, 20_001, "The body is not a form"));
    }
    let refuse = |code, message: &str| Err(Answer::error(400, code, message));
    if ask.field("FriendlyName").is_some_and(|name| name.is_empty() || name.chars().count() > 64) {
        return refuse(20_002, "Invalid FriendlyName");
    }
    for name in ["SmsUrl", "VoiceUrl"] {
        if ask.field(name).is_some_and(|url| Url::parse(url).is_err()) {
            return refuse(21_402, "Url is not valid");
        }
    }
    for name in ["SmsMethod", "VoiceMethod"] {
        if ask.field(name).is_some_and(|method| !["GET", "POST"].contains(&method)) {
            return refuse(21_403, "Method is not valid");
        }
    }
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

fn messages(stock: &Stock, ask: &Ask) -> Answer {
    let to = ask.field("To");
    let day = ask.field("DateSent>").and_then(Timestamp::parse);
    let fits = |message: &&super::stock::Message| {
        to.is_none_or(|to| message.to == to) && day.is_none_or(|day| message.at >= day)
    };
    let list: Vec<Value> = stock
        .messages
        .iter()
        .rev()
        .filter(fits)
        .map(|message| {
            json!({
                "sid": message.sid, "from": message.from, "to": message.to, "body": message.body,
                "direction": "inbound", "status": "received", "date_sent": rfc2822(message.at),
                "date_created": rfc2822(message.at),
            })
        })
        .collect();
    Answer::json(200, &json!({ "messages": list, "next_page_uri": null }))
}

/// A second of silence, as MPEG frames of 128 kbit/s.
fn silence() -> Vec<u8> {
    let frame: Vec<u8> = [0xff, 0xfb, 0x90, 0xc4].into_iter().chain(std::iter::repeat_n(0, 413)).collect();
    frame.repeat(38)
}

fn recording(stock: &mut Stock, ask: &Ask) -> Answer {
    let sid = ask.last(0).split('.').next().unwrap_or_default();
    let Some(at) = stock.recordings.iter().position(|known| known == sid) else { return Answer::missing(&ask.path) };
    if ask.name == "recording" {
        return Answer::sound(silence());
    }
    stock.recordings.remove(at);
    Answer::nothing()
}

fn regulations(stock: &Stock, ask: &Ask) -> Answer {
    let (country, kind) = (ask.field("IsoCountry"), ask.field("NumberType"));
    let asks = stock.markets.iter().any(|market| {
        Some(market.country.as_str()) == country && Some(market.kind.as_str()) == kind && market.needs_bundle
    });
    let results: Vec<Value> = asks.then(|| json!({ "sid": "RN1", "iso_country": country })).into_iter().collect();
    Answer::json(200, &json!({ "results": results, "meta": { "key": "results" } }))
}

fn prices(stock: &Stock, ask: &Ask) -> Answer {
    let of_country = stock.markets.iter().filter(|market| market.country == ask.last(0));
    let prices: Vec<Value> = of_country
        .map(|market| json!({ "number_type": market.kind, "base_price": market.price, "current_price": market.price }))
        .collect();
    if prices.is_empty() {
        return Answer::missing(&ask.path);
    }
    Answer::json(200, &json!({ "iso_country": ask.last(0), "phone_number_prices": prices, "price_unit": "USD" }))
}

fn rfc2822(at: Timestamp) -> String {
    let at = OffsetDateTime::from_unix_timestamp(at.0.div_euclid(1000)).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    at.format(&Rfc2822).unwrap_or_default()
}
