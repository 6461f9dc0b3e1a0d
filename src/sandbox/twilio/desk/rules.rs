//! What Twilio's OpenAPI description lets a call say.

use url::Url;

use super::super::{answer::Answer, ask::Ask};
use crate::{clock::Timestamp, twilio::is_sid};

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
const RECORDINGS: &[&str] = &[
    "DateCreated",
    "DateCreated<",
    "DateCreated>",
    "CallSid",
    "ConferenceSid",
    "IncludeSoftDeleted",
    "PageSize",
    "Page",
    "PageToken",
];
const PAGES: &[&str] = &["PageSize", "Page", "PageToken"];

/// Why a call is refused before anything is done about it; `None` when it says what it may, as it may.
///
/// Of a parameter that it does not know Twilio only warns (20001). Whoever is held against its description must not get
/// away with it.
pub(super) fn refusal(ask: &Ask) -> Option<Answer> {
    let known: &[&str] = match ask.name {
        "buy" | "update" => PURCHASE,
        "search" => SEARCH,
        "numbers" => LIST,
        "messages" => MESSAGES,
        "recordings" => RECORDINGS,
        "transcriptions" => PAGES,
        "regulations" => REGULATIONS,
        _ => &[],
    };
    let refuse = |code, message: String| Some(Answer::error(400, code, &message));
    if ["buy", "update"].contains(&ask.name) && !ask.is_form {
        return refuse(20_001, "The body is not a form".to_owned());
    }
    for (at, (name, value)) in ask.fields.iter().enumerate() {
        if !known.contains(&name.as_str()) {
            return refuse(20_001, format!("Unknown parameter {name}"));
        }
        if ask.fields[..at].iter().any(|(before, _)| before == name) {
            return refuse(20_001, format!("{name} is said twice"));
        }
        if let Some(code) = complaint(ask.name, name, value) {
            return refuse(code, format!("{name} is not valid"));
        }
    }
    None
}

/// The code of the error that a value meets.
fn complaint(call: &str, name: &str, value: &str) -> Option<i64> {
    let is_number = |least: u32, most: u32| value.parse().is_ok_and(|number: u32| (least..=most).contains(&number));
    let kind = |kind| is_sid(value, kind);
    let (is_fine, code) = match name {
        "FriendlyName" if call != "numbers" => ((1..=64).contains(&value.chars().count()), 20_002),
        "PhoneNumber" if call != "numbers" => (is_e164(value), 21_421),
        "AreaCode" => (value.len() == 3 && is_number(200, 999), 21_451),
        "PageSize" => (is_number(1, 1000), 20_001),
        "Page" => (is_number(0, u32::MAX), 20_001),
        "DateSent" | "DateSent<" | "DateSent>" => (Timestamp::parse(value).is_some(), 20_001),
        "CallSid" => (kind("CA"), 20_001),
        "AddressSid" => (kind("AD"), 21_631),
        "BundleSid" => (kind("BU"), 21_649),
        "IsoCountry" => (value.len() == 2 && value.bytes().all(|b| b.is_ascii_uppercase()), 20_001),
        "EndUserType" => (["individual", "business"].contains(&value), 20_001),
        _ if name.ends_with("Url") => (Url::parse(value).is_ok_and(|url| url.scheme().starts_with("http")), 21_402),
        _ if name.ends_with("Method") => (["GET", "POST"].contains(&value), 21_403),
        _ if name.ends_with("Enabled") || name.ends_with("Required") || name == "Beta" => {
            (["true", "false"].contains(&value), 20_001)
        }
        _ => (true, 0),
    };
    (!is_fine).then_some(code)
}

fn is_e164(value: &str) -> bool {
    value.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, Method};

    use super::*;

    const NUMBERS: &str = "/2010-04-01/Accounts/AC1/IncomingPhoneNumbers.json";

    fn code(method: &Method, address: &str, kind: &str, body: &str) -> Option<i64> {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", kind.parse().unwrap());
        refusal(&Ask::read(method, &address.parse().unwrap(), &headers, body.as_bytes())).and_then(|answer| answer.code)
    }

    #[test]
    fn a_purchase_says_what_the_description_lets_it() {
        let buy = |body: &str| code(&Method::POST, NUMBERS, "application/x-www-form-urlencoded", body);
        let long = format!("PhoneNumber=%2B14155550100&FriendlyName={}", "x".repeat(65));
        for (body, expected) in [
            ("PhoneNumber=%2B14155550100&FriendlyName=x&SmsUrl=https%3A%2F%2Fa.example%2F&SmsMethod=POST", None),
            ("phoneNumber=%2B14155550100", Some(20_001)),
            ("PhoneNumber=%2B14155550100&PhoneNumber=%2B14155550101", Some(20_001)),
            ("PhoneNumber=14155550100", Some(21_421)),
            (&*long, Some(20_002)),
            ("FriendlyName=", Some(20_002)),
            ("SmsUrl=nowhere", Some(21_402)),
            ("VoiceMethod=post", Some(21_403)),
            ("AreaCode=41", Some(21_451)),
            ("BundleSid=BU1", Some(21_649)),
        ] {
            assert_eq!(buy(body), expected, "{body}");
        }
        assert_eq!(code(&Method::POST, NUMBERS, "application/json", "{}"), Some(20_001));
    }

    #[test]
    fn a_list_is_asked_for_as_the_description_lets_it() {
        let list = |path: &str| code(&Method::GET, &format!("/2010-04-01/Accounts/AC1/{path}"), "", "");
        for (path, expected) in [
            ("IncomingPhoneNumbers.json?PhoneNumber=415*&PageSize=1000", None),
            ("IncomingPhoneNumbers.json?PageSize=1001", Some(20_001)),
            ("Messages.json?To=%2B14155550100&DateSent%3E=2026-11-26T00%3A00%3A00Z", None),
            ("Messages.json?DateSent%3E=yesterday", Some(20_001)),
            ("Messages.json?DateSentAfter=2026-11-26", Some(20_001)),
            ("AvailablePhoneNumbers/US/Local.json?VoiceEnabled=1", Some(20_001)),
            ("AvailablePhoneNumbers/US/Local.json?AreaCode=415&VoiceEnabled=true", None),
            ("Recordings.json?CallSid=CA1", Some(20_001)),
        ] {
            assert_eq!(list(path), expected, "{path}");
        }
    }

    #[test]
    fn another_method_is_not_allowed() {
        let name = |method: Method, path: &str| Ask::read(&method, &path.parse().unwrap(), &HeaderMap::new(), b"").name;
        assert_eq!(name(Method::PUT, NUMBERS), "not allowed");
        assert_eq!(name(Method::PATCH, "/2010-04-01/Accounts/AC1/IncomingPhoneNumbers/PN1.json"), "not allowed");
        assert_eq!(name(Method::GET, "/2010-04-01/Accounts/AC1/Nothing.json"), "unknown");
    }
}
