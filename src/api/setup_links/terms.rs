//! Reading what a platform chose for a link: each field by itself, then those that must agree.

use std::collections::BTreeMap;

use serde_json::Value;
use url::Url;

use crate::{
    api::fields::{Fields, Given},
    clock::Timestamp,
    link::{
        ConnectionType, LONGEST_LIFETIME, Terms, Theme,
        redirect::{check, check_origin},
        theme::Colour,
    },
    number::international,
    provision::HOME,
    words::Lang,
};

/// The longest `external_id`.
const LONGEST_ID: usize = 255;
/// The longest `state`.
const LONGEST_STATE: usize = 512;
/// What `metadata` may hold.
const METADATA: &str =
    "must be an object of at most 50 strings, each of at most 500 characters, with names of 1 to 40 characters";

/// The contract's own words.
const NEEDS_TWILIO: &str = "Custom Twilio credentials are required to set non-US phone_number_country_isos";

/// ISO 3166-1 alpha-2, as of 2026.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS \
    BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ \
    FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT \
    JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP \
    MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE \
    RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV \
    TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// Reads every field that is there into `terms`; `null` brings a field's default back.
pub(super) fn read(fields: &mut Fields, terms: &mut Terms) {
    let defaults = Terms::default();
    fields.field("success_redirect_url", redirect).put_option(&mut terms.success_redirect_url);
    fields.field("failure_redirect_url", redirect).put_option(&mut terms.failure_redirect_url);
    fields.list("allowed_origins", 50, origin).put(&mut terms.allowed_origins, defaults.allowed_origins);
    fields
        .field("allowed_connection_types", connection_types)
        .put(&mut terms.allowed_connection_types, defaults.allowed_connection_types);
    theme(fields).put_option(&mut terms.theme_config);
    fields.boolean("provision_phone_number").put(&mut terms.provision_phone_number, false);
    fields
        .field("phone_number_country_isos", countries)
        .put(&mut terms.phone_number_country_isos, defaults.phone_number_country_isos);
    fields.field("phone_number_area_code", area_code).put_option(&mut terms.phone_number_area_code);
    fields.one_of("language", &Lang::tags(), Lang::parse).put_option(&mut terms.language);
    fields.boolean("recover_in_place").put(&mut terms.recover_in_place, false);
    fields.text("external_id", LONGEST_ID).put_option(&mut terms.external_id);
    fields.field("metadata", metadata).put(&mut terms.metadata, defaults.metadata);
    fields.field("state", state).put_option(&mut terms.state);
    fields.field("expected_phone_number", expected).put_option(&mut terms.expected_phone_number);
}

/// Reads when a new link shall expire.
pub(super) fn expiry(fields: &mut Fields, now: Timestamp) -> Option<Timestamp> {
    let at = fields.time("expires_at").value()?;
    if at <= now || at > now.plus(LONGEST_LIFETIME) {
        fields.refuse("expires_at", "must lie in the future, and at most 365 days ahead");
    }
    Some(at)
}

/// Refuses fields that contradict each other.
///
/// `has_own` says whether the project has a Twilio account of its own.
pub(super) fn agree(fields: &mut Fields, terms: &Terms, has_own: bool) {
    let is_home = |country: &String| country == HOME;
    // A link that was made when there was an account can still be changed in everything else.
    if fields.has("phone_number_country_isos") && !has_own && !terms.phone_number_country_isos.iter().all(is_home) {
        fields.refuse_with("phone_number_country_isos", NEEDS_TWILIO);
    }
    if terms.phone_number_area_code.is_some() && !terms.phone_number_country_isos.iter().any(is_home) {
        fields.refuse("phone_number_area_code", "must be null unless US is one of phone_number_country_isos");
    }
    if terms.provision_phone_number && !terms.allowed_connection_types.contains(&ConnectionType::Dedicated) {
        fields.refuse("allowed_connection_types", "must contain dedicated: a provisioned number is always dedicated");
    }
    if terms.provision_phone_number && terms.expected_phone_number.is_some() {
        fields.refuse(
            "expected_phone_number",
            "must be null with provision_phone_number: nobody knows the number before",
        );
    }
}

fn redirect(value: &Value) -> Result<String, String> {
    let text = value.as_str().ok_or("must be an absolute http or https URL")?;
    check(text)?;
    Ok(text.to_owned())
}

fn origin(value: &Value) -> Result<String, String> {
    let text = value.as_str().unwrap_or_default();
    check_origin(text)?;
    Ok(Url::parse(text).map(|url| url.origin().ascii_serialization()).unwrap_or_default())
}

fn connection_types(value: &Value) -> Result<Vec<ConnectionType>, String> {
    let allowed = "must be a non-empty list of coexistence, dedicated";
    let mut types: Vec<ConnectionType> = Vec::new();
    for name in value.as_array().filter(|list| !list.is_empty()).ok_or(allowed)? {
        let kind = name.as_str().and_then(ConnectionType::parse).ok_or(allowed)?;
        if !types.contains(&kind) {
            types.push(kind);
        }
    }
    Ok(types)
}

/// Whether that is a country's ISO 3166-1 alpha-2 code.
pub(in crate::api) fn is_country(code: &str) -> bool {
    COUNTRIES.split(' ').any(|known| known == code)
}

fn countries(value: &Value) -> Result<Vec<String>, String> {
    let allowed = "must be a non-empty list of ISO 3166-1 alpha-2 country codes in capitals, such as [\"US\"]";
    let mut countries: Vec<String> = Vec::new();
    for code in value.as_array().filter(|list| !list.is_empty()).ok_or(allowed)? {
        let code = code.as_str().filter(|code| is_country(code)).ok_or(allowed)?;
        if !countries.iter().any(|known| known == code) {
            countries.push(code.to_owned());
        }
    }
    Ok(countries)
}

fn metadata(value: &Value) -> Result<BTreeMap<String, String>, String> {
    let object = value.as_object().filter(|object| object.len() <= 50).ok_or(METADATA)?;
    let is_text = |text: &str, longest| text.chars().count() <= longest && !text.contains('\0');
    let pair = |(name, value): (&String, &Value)| {
        let value = value.as_str().filter(|value| is_text(value, 500))?;
        (!name.is_empty() && is_text(name, 40)).then(|| (name.clone(), value.to_owned()))
    };
    object.iter().map(|entry| pair(entry).ok_or_else(|| METADATA.to_owned())).collect()
}

/// Opaque: given back as it came, so nothing is trimmed off it.
fn state(value: &Value) -> Result<String, String> {
    let text = value.as_str().filter(|text| (1..=LONGEST_STATE).contains(&text.chars().count()));
    let plain = text.filter(|text| !text.contains(char::is_control));
    plain.map(str::to_owned).ok_or_else(|| format!("must be text of 1 to {LONGEST_STATE} characters"))
}

fn expected(value: &Value) -> Result<String, String> {
    let allowed = "must be a phone number with its country code, such as \"+1 555 123 4567\"";
    value.as_str().and_then(international).ok_or_else(|| allowed.to_owned())
}

/// A North American area code: three digits, the first of them 2 to 9.
fn area_code(value: &Value) -> Result<String, String> {
    let text = value.as_str().unwrap_or_default();
    let is_code =
        matches!(text.as_bytes(), [b'2'..=b'9', rest @ ..] if rest.len() == 2 && rest.iter().all(u8::is_ascii_digit));
    if is_code {
        Ok(text.to_owned())
    } else {
        Err("must be a US area code of three digits, such as \"415\"".to_owned())
    }
}

fn theme(fields: &mut Fields) -> Given<Theme> {
    let object = fields.field("theme_config", |value| {
        value.as_object().cloned().ok_or_else(|| "must be an object of colours".to_owned())
    });
    let colours = match object {
        Given::Absent => return Given::Absent,
        Given::Null => return Given::Null,
        Given::Value(colours) => colours,
    };
    let mut theme = Theme::default();
    for &key in Theme::KEYS {
        match colours.get(key) {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) if Colour::parse(text).is_some() => theme.set(key, text.clone()),
            Some(_) => fields.refuse(format!("theme_config.{key}"), "must be a colour as #RRGGBB"),
        }
    }
    Given::Value(theme)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_countries_is_whole_and_sorted() {
        let codes: Vec<&str> = COUNTRIES.split(' ').collect();
        assert_eq!(codes.len(), 249);
        assert!(codes.is_sorted() && codes.iter().all(|code| code.len() == 2));
    }
}
