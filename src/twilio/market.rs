//! What a country asks of a buyer, and what it costs: data that Twilio keeps, and never ours.

use serde_json::Value;

use super::{Account, Failure, Twilio, below};
use crate::provisioned::NumberType;

/// How an approved bundle of documents stands (Twilio's OpenAPI description of regulatory compliance).
const APPROVED: [&str; 2] = ["twilio-approved", "provisionally-approved"];

impl Twilio {
    /// Whether a country asks a business for documents before it may have a number of that type.
    pub async fn asks_for_documents(
        &self,
        account: &Account,
        country: &str,
        kind: NumberType,
    ) -> Result<bool, Failure> {
        let mut url = below(&self.settings.numbers_url, &["v2", "RegulatoryCompliance", "Regulations"]);
        url.query_pairs_mut()
            .append_pair("IsoCountry", country)
            .append_pair("NumberType", kind.regulated_as())
            .append_pair("EndUserType", "business");
        let body = self.get(account, url).await?;
        Ok(body.get("results").and_then(Value::as_array).is_some_and(|rules| !rules.is_empty()))
    }

    /// Whether a bundle of documents is there and approved.
    pub async fn is_approved(&self, account: &Account, bundle: &str) -> Result<bool, Failure> {
        let url = below(&self.settings.numbers_url, &["v2", "RegulatoryCompliance", "Bundles", bundle]);
        match self.get(account, url).await {
            Ok(body) => Ok(body.get("status").and_then(Value::as_str).is_some_and(|status| APPROVED.contains(&status))),
            Err(failure) if failure.is_missing() => Ok(false),
            Err(failure) => Err(failure),
        }
    }

    /// What a number of that type costs a month, in cents of the account's currency; `None` where Twilio names no price.
    pub async fn price(&self, account: &Account, country: &str, kind: NumberType) -> Result<Option<u64>, Failure> {
        let url = below(&self.settings.pricing_url, &["v1", "PhoneNumbers", "Countries", country]);
        let body = match self.get(account, url).await {
            Ok(body) => body,
            Err(failure) if failure.is_missing() => return Ok(None),
            Err(failure) => return Err(failure),
        };
        let prices = body.get("phone_number_prices").and_then(Value::as_array);
        Ok(prices.into_iter().flatten().find_map(|entry| {
            // "toll free" here, "toll-free" and "toll_free" elsewhere.
            let name = entry.get("number_type")?.as_str()?.replace([' ', '-'], "_").to_lowercase();
            if name == kind.as_str() { cents(entry.get("current_price")?) } else { None }
        }))
    }
}

/// `"1.15"` and `1.15` are 115 cents; what stands after them counts as one more.
fn cents(value: &Value) -> Option<u64> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    parse_cents(&text)
}

/// Reads an amount of money such as `1.15`. What stands after the cents counts as one more.
#[must_use]
pub fn parse_cents(text: &str) -> Option<u64> {
    let (whole, rest) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let is_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(rest) {
        return None;
    }
    let padded = format!("{rest:0<2}");
    let more = u64::from(padded[2..].bytes().any(|b| b != b'0'));
    whole.parse::<u64>().ok()?.checked_mul(100)?.checked_add(padded[..2].parse::<u64>().ok()? + more)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn money_is_read_to_the_cent_and_never_down() {
        for (text, expected) in [("1", 100), ("1.1", 110), ("1.15", 115), ("1.150", 115), ("1.151", 116), ("0.005", 1)]
        {
            assert_eq!(parse_cents(text), Some(expected), "{text}");
        }
        for not in ["", "-1", "1,15", "1.1.1", "1e3", ".5", "USD 1"] {
            assert_eq!(parse_cents(not), None, "{not}");
        }
        assert_eq!(cents(&json!(1.15)), Some(115));
        assert_eq!(cents(&json!("1.00")), Some(100));
    }
}
