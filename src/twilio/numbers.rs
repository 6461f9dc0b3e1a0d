//! Numbers: which are for sale, which are ours, buying one and giving it back.
//!
//! A number is only ever bought by name: buying the same one again answers as an update does, while buying "any number of
//! this area" buys another with every try (Twilio's documentation of `IncomingPhoneNumbers`).

use serde_json::Value;
use url::Url;

use super::{Account, Failure, Twilio, is_sid};
use crate::provisioned::NumberType;

/// How many numbers of an area are looked at.
const OFFERS: &str = "30";
/// How many numbers a page of the account's has, and how many pages are looked at.
const PAGE: &str = "1000";
const MOST_PAGES: usize = 100;

/// A number that is for sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// In E.164: `+14155550123`.
    pub phone_number: String,
    /// Whether it takes SMS; many outside North America take calls alone.
    pub sms: bool,
    /// Whether Twilio asks for an address with it.
    pub needs_address: bool,
}

/// A number that an account has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owned {
    /// Twilio's id of it: `PN…`.
    pub sid: String,
    /// In E.164.
    pub phone_number: String,
    /// What its buyer wrote on it.
    pub friendly_name: String,
    /// Where its messages are told.
    pub sms_url: String,
    /// Where its calls are.
    pub voice_url: String,
}

/// What is bought, and where Twilio shall tell what reaches it.
#[derive(Clone, Debug)]
pub struct Purchase<'a> {
    /// In E.164.
    pub phone_number: &'a str,
    /// Our mark.
    pub friendly_name: &'a str,
    /// Where messages go.
    pub sms_url: &'a str,
    /// Where calls go.
    pub voice_url: &'a str,
    /// The address that the country asks for.
    pub address_sid: Option<&'a str>,
    /// The approved documents that the country asks for.
    pub bundle_sid: Option<&'a str>,
}

impl Twilio {
    /// Asks whether the credentials open the account, and whether it is open. A key may not read accounts, but it lists
    /// numbers.
    pub async fn check(&self, account: &Account) -> Result<(), Failure> {
        let by_token = Account { api_key: None, ..account.clone() };
        if is_shut(&self.get(&by_token, self.of_account(account, &[])).await?) {
            return Err(Failure::Refused { status: 403, code: 20_005, wait: None });
        }
        if account.api_key.is_some() {
            let mut url = self.of_account(account, &["IncomingPhoneNumbers"]);
            url.query_pairs_mut().append_pair("PageSize", "1");
            self.get(account, url).await?;
        }
        Ok(())
    }

    /// Which types of number the account can buy in a country; none where there are none.
    pub async fn types(&self, account: &Account, country: &str) -> Result<Vec<NumberType>, Failure> {
        match self.get(account, self.of_account(account, &["AvailablePhoneNumbers", country])).await {
            Ok(body) => {
                let offered = body.get("subresource_uris").and_then(Value::as_object);
                let has = |kind: &&NumberType| offered.is_some_and(|kinds| kinds.contains_key(kind.as_str()));
                Ok(NumberType::ALL.iter().filter(has).copied().collect())
            }
            Err(failure) if failure.is_missing() => Ok(Vec::new()),
            Err(failure) => Err(failure),
        }
    }

    /// Numbers for sale that can be called, those that take SMS first; none is an empty list.
    pub async fn search(
        &self,
        account: &Account,
        country: &str,
        kind: NumberType,
        area_code: Option<&str>,
    ) -> Result<Vec<Offer>, Failure> {
        let mut url = self.of_account(account, &["AvailablePhoneNumbers", country, kind.segment()]);
        url.query_pairs_mut()
            .append_pair("VoiceEnabled", "true")
            .append_pair("Beta", "false")
            .append_pair("PageSize", OFFERS);
        if let Some(code) = area_code {
            url.query_pairs_mut().append_pair("AreaCode", code);
        }
        let body = match self.get(account, url).await {
            Ok(body) => body,
            Err(failure) if failure.is_missing() => return Ok(Vec::new()),
            Err(failure) => return Err(failure),
        };
        let list = body.get("available_phone_numbers").and_then(Value::as_array);
        let mut offers: Vec<Offer> = list.into_iter().flatten().filter_map(offer).collect();
        offers.sort_by_key(|offer| !offer.sms);
        Ok(offers)
    }

    /// Buys one number, by name. Made again for a number the account has, it changes that number instead.
    pub async fn buy(&self, account: &Account, purchase: &Purchase<'_>) -> Result<Owned, Failure> {
        let mut form = vec![
            ("PhoneNumber", purchase.phone_number),
            ("FriendlyName", purchase.friendly_name),
            ("SmsUrl", purchase.sms_url),
            ("SmsMethod", "POST"),
            ("VoiceUrl", purchase.voice_url),
            ("VoiceMethod", "POST"),
        ];
        form.extend(purchase.address_sid.map(|sid| ("AddressSid", sid)));
        form.extend(purchase.bundle_sid.map(|sid| ("BundleSid", sid)));
        let body = self.post(account, self.of_account(account, &["IncomingPhoneNumbers"]), &form).await?;
        let bought = owned(&body).filter(|owned| owned.phone_number == purchase.phone_number);
        bought.ok_or(Failure::Unreachable("another number in the answer, or none"))
    }

    /// The account's number of that name, if it has it.
    pub async fn by_number(&self, account: &Account, phone_number: &str) -> Result<Option<Owned>, Failure> {
        let mut url = self.of_account(account, &["IncomingPhoneNumbers"]);
        url.query_pairs_mut().append_pair("PhoneNumber", phone_number);
        // The filter also finds numbers that only contain it.
        Ok(self.listed_at(account, url).await?.into_iter().find(|number| number.phone_number == phone_number))
    }

    /// The account's number of that id, if it still has it. Where it is not Twilio who says that it has not, the account's
    /// list does.
    pub async fn by_sid(&self, account: &Account, sid: &str, phone_number: &str) -> Result<Option<Owned>, Failure> {
        match self.get(account, self.of_account(account, &["IncomingPhoneNumbers", sid])).await {
            Ok(body) => owned(&body).map(Some).ok_or(Failure::Unreachable("no number in the answer")),
            Err(failure) if failure.is_gone() => Ok(None),
            Err(failure) if failure.is_missing() => {
                Ok(self.by_number(account, phone_number).await?.filter(|owned| owned.sid == sid))
            }
            Err(failure) => Err(failure),
        }
    }

    /// Every number of the account.
    pub async fn all(&self, account: &Account) -> Result<Vec<Owned>, Failure> {
        let mut url = self.of_account(account, &["IncomingPhoneNumbers"]);
        url.query_pairs_mut().append_pair("PageSize", PAGE);
        self.listed_at(account, url).await
    }

    /// The numbers of a list, page after page.
    async fn listed_at(&self, account: &Account, mut url: Url) -> Result<Vec<Owned>, Failure> {
        let mut all = Vec::new();
        for _ in 0..MOST_PAGES {
            let body = self.get(account, url).await?;
            all.extend(listed(&body)?);
            match self.next_page(&body) {
                Some(next) => url = next,
                None => return Ok(all),
            }
        }
        tracing::warn!("an account has more than {MOST_PAGES} pages of numbers; the rest is not looked at");
        Ok(all)
    }

    /// Has what reaches a number told elsewhere: its messages, its calls, or both.
    pub async fn point(
        &self,
        account: &Account,
        sid: &str,
        sms_url: Option<&str>,
        voice_url: Option<&str>,
    ) -> Result<(), Failure> {
        let sms = sms_url.into_iter().flat_map(|url| [("SmsUrl", url), ("SmsMethod", "POST")]);
        let voice = voice_url.into_iter().flat_map(|url| [("VoiceUrl", url), ("VoiceMethod", "POST")]);
        let form: Vec<(&str, &str)> = sms.chain(voice).collect();
        self.post(account, self.of_account(account, &["IncomingPhoneNumbers", sid]), &form).await.map(|_| ())
    }

    /// Gives a number back; one that is gone has been given back.
    pub async fn release(&self, account: &Account, sid: &str) -> Result<(), Failure> {
        match self.delete(account, self.of_account(account, &["IncomingPhoneNumbers", sid])).await {
            Err(failure) if failure.is_gone() => Ok(()),
            released => released,
        }
    }

    /// The next page's address: a path, to be followed as given, on the host that gave it.
    pub(super) fn next_page(&self, body: &Value) -> Option<Url> {
        let path = body.get("next_page_uri")?.as_str().filter(|path| path.starts_with('/'))?;
        Url::parse(&format!("{}{path}", self.settings.api_url.as_str().trim_end_matches('/'))).ok()
    }
}

/// Whether an account is suspended or closed.
fn is_shut(account: &Value) -> bool {
    account.get("status").and_then(Value::as_str).is_some_and(|status| status != "active")
}

/// The older API spells the capabilities in capitals.
fn offer(value: &Value) -> Option<Offer> {
    let can = |name: &str, older: &str| {
        let capabilities = value.get("capabilities")?;
        capabilities.get(name).or_else(|| capabilities.get(older))?.as_bool()
    };
    let needs = value.get("address_requirements").and_then(Value::as_str).unwrap_or("none");
    Some(Offer {
        phone_number: e164(value.get("phone_number")?)?,
        sms: can("sms", "SMS").unwrap_or(false),
        needs_address: needs != "none",
    })
}

fn listed(body: &Value) -> Result<Vec<Owned>, Failure> {
    let list = body.get("incoming_phone_numbers").and_then(Value::as_array);
    Ok(list.ok_or(Failure::Unreachable("no list in the answer"))?.iter().filter_map(owned).collect())
}

fn owned(value: &Value) -> Option<Owned> {
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    Some(Owned {
        sid: value.get("sid")?.as_str().filter(|sid| is_sid(sid, "PN"))?.to_owned(),
        phone_number: e164(value.get("phone_number")?)?,
        friendly_name: text("friendly_name"),
        sms_url: text("sms_url"),
        voice_url: text("voice_url"),
    })
}

fn e164(value: &Value) -> Option<String> {
    let text = value.as_str()?;
    let is_number = text.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0')
    });
    is_number.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{super::Settings, *};

    #[test]
    fn an_offer_is_read_in_either_spelling() {
        let newer = json!({"phone_number": "+14155550123", "latitude": "19.720000",
            "capabilities": {"voice": true, "sms": true}, "address_requirements": "none"});
        let older = json!({"phone_number": "+56221230000", "capabilities": {"voice": true, "SMS": false},
            "address_requirements": "local"});
        assert_eq!(offer(&newer).map(|o| (o.sms, o.needs_address)), Some((true, false)));
        assert_eq!(offer(&older).map(|o| (o.sms, o.needs_address)), Some((false, true)));
        assert_eq!(offer(&json!({"phone_number": "4155550123"})), None);
    }

    /// Nearly everything may be null, and there may be more than we know (Twilio's OpenAPI description).
    #[test]
    fn a_number_is_read_from_as_little_as_there_may_be() {
        let sid = "PN0123456789abcdef0123456789ABCDEF";
        let bare = json!({"sid": sid, "phone_number": "+14155550123", "friendly_name": null, "sms_url": null,
            "voice_url": null, "capabilities": null, "status": null, "emergency_status": "Inactive", "new": [1]});
        let number = owned(&bare).unwrap();
        assert_eq!((&*number.sid, &*number.friendly_name, &*number.sms_url), (sid, "", ""));
        for not in [json!({"sid": sid}), json!({"sid": "PN1", "phone_number": "+14155550123"}), json!([]), Value::Null]
        {
            assert_eq!(owned(&not), None, "{not}");
        }
        assert!(listed(&json!({"incoming_phone_numbers": null})).is_err(), "no list is not an empty one");
        assert_eq!(listed(&json!({"incoming_phone_numbers": [bare, null]})).unwrap().len(), 1);
    }

    #[test]
    fn an_account_that_is_not_active_is_shut() {
        for (account, expected) in [
            (json!({"status": "active"}), false),
            (json!({"status": "suspended"}), true),
            (json!({"status": "closed"}), true),
            (json!({"status": null}), false),
            (json!({}), false),
        ] {
            assert_eq!(is_shut(&account), expected, "{account}");
        }
    }

    #[test]
    fn the_next_page_is_followed_on_the_host_that_gave_it() {
        let twilio = Twilio::new(Settings::at("http://127.0.0.1:4010/".parse().unwrap())).unwrap();
        let next = |uri: Value| twilio.next_page(&json!({"next_page_uri": uri})).map(String::from);
        assert_eq!(
            next(json!("/2010-04-01/x?Page=1&PageToken=PA")).as_deref(),
            Some("http://127.0.0.1:4010/2010-04-01/x?Page=1&PageToken=PA")
        );
        assert_eq!(next(json!("https://elsewhere.example/")), None);
        assert_eq!(next(Value::Null), None);
    }
}
