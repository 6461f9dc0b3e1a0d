//! What is for sale, what a country asks for, and what it costs.

use serde_json::{Value, json};

use super::super::{answer::Answer, ask::Ask, stock::Stock};

pub(super) fn types(stock: &Stock, ask: &Ask) -> Answer {
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

pub(super) fn search(stock: &Stock, ask: &Ask) -> Answer {
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

pub(super) fn regulations(stock: &Stock, ask: &Ask) -> Answer {
    let (country, kind) = (ask.field("IsoCountry"), ask.field("NumberType"));
    let asks = stock.markets.iter().any(|market| {
        Some(market.country.as_str()) == country && Some(market.kind.as_str()) == kind && market.needs_bundle
    });
    let results: Vec<Value> = asks.then(|| json!({ "sid": "RN1", "iso_country": country })).into_iter().collect();
    Answer::json(200, &json!({ "results": results, "meta": { "key": "results" } }))
}

pub(super) fn prices(stock: &Stock, ask: &Ask) -> Answer {
    let of_country = stock.markets.iter().filter(|market| market.country == ask.last(0));
    let prices: Vec<Value> = of_country
        .map(|market| json!({ "number_type": market.kind, "base_price": market.price, "current_price": market.price }))
        .collect();
    if prices.is_empty() {
        return Answer::missing(&ask.path);
    }
    Answer::json(200, &json!({ "iso_country": ask.last(0), "phone_number_prices": prices, "price_unit": "USD" }))
}
