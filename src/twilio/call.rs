//! How a call is made: credentials in a header, a form in the body, a bound on time and size.

use std::time::{Duration, Instant};

use reqwest::{Method, RequestBuilder, Response, header::RETRY_AFTER};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use url::Url;

use super::{Account, Failure, Twilio};
use crate::{meter, trace};

/// The longest wait that Twilio may ask for: a header gone wrong must not put off for a year what costs money meanwhile.
const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);
/// The longest answer that we read: a full page of numbers, or a call of a minute as it was recorded.
const LONGEST_ANSWER: usize = 4 * 1024 * 1024;

impl Twilio {
    pub(super) async fn get(&self, account: &Account, url: Url) -> Result<Value, Failure> {
        parse(&self.send(account, Method::GET, url, &[]).await?)
    }

    pub(super) async fn post(&self, account: &Account, url: Url, form: &[(&str, &str)]) -> Result<Value, Failure> {
        parse(&self.send(account, Method::POST, url, form).await?)
    }

    pub(super) async fn delete(&self, account: &Account, url: Url) -> Result<(), Failure> {
        self.send(account, Method::DELETE, url, &[]).await.map(|_| ())
    }

    /// What is there, as it is.
    pub(super) async fn fetch(&self, account: &Account, url: Url) -> Result<Vec<u8>, Failure> {
        self.send(account, Method::GET, url, &[]).await
    }

    async fn send(
        &self,
        account: &Account,
        method: Method,
        url: Url,
        form: &[(&str, &str)],
    ) -> Result<Vec<u8>, Failure> {
        let name = name(method.as_str(), url.path());
        let (mut span, began) = (trace::call("twilio", &name), Instant::now());
        let answer = self.exchange(account, method, url, form).await;
        let outcome = match &answer {
            Ok(_) => "ok".to_owned(),
            Err(Failure::Unreachable(why)) => (*why).to_owned(),
            Err(Failure::Refused { status, code: 0, .. }) => format!("status {status}"),
            Err(Failure::Refused { code, .. }) => format!("error {code}"),
        };
        if answer.is_err() {
            span.fail(outcome.clone());
        }
        meter::called("twilio", name, outcome, began.elapsed());
        answer
    }

    async fn exchange(
        &self,
        account: &Account,
        method: Method,
        url: Url,
        form: &[(&str, &str)],
    ) -> Result<Vec<u8>, Failure> {
        let request = authorized(self.http.request(method.clone(), url), account);
        let request = if method == Method::POST { request.form(form) } else { request };
        let answer = request.send().await.map_err(|e| unreachable_because(&e))?;
        let status = answer.status().as_u16();
        let wait = asked_wait(&answer);
        let body = read(answer).await?;
        if (200..300).contains(&status) { Ok(body) } else { Err(Failure::read(status, &body, wait)) }
    }
}

/// What a call is named in the metrics: its method and what it is about, without SIDs and countries.
fn name(method: &str, path: &str) -> String {
    // The last that is known: transcriptions are below their recording.
    let about = path.rsplit('/').find(|part| {
        [
            "AvailablePhoneNumbers",
            "IncomingPhoneNumbers",
            "Messages",
            "Transcriptions",
            "Recordings",
            "Regulations",
            "Bundles",
            "Countries",
        ]
        .contains(&part.trim_end_matches(".json"))
    });
    format!("{method} {}", about.unwrap_or("Accounts").trim_end_matches(".json"))
}

fn authorized(request: RequestBuilder, account: &Account) -> RequestBuilder {
    match &account.api_key {
        Some((id, secret)) => request.basic_auth(id, Some(secret.expose_secret())),
        None => request.basic_auth(&account.sid, Some(account.auth_token.expose_secret())),
    }
}

/// A 2xx whose body is not what it should be says nothing about what was done.
fn parse(body: &[u8]) -> Result<Value, Failure> {
    serde_json::from_slice(body).map_err(|_| Failure::Unreachable("no JSON"))
}

async fn read(mut answer: Response) -> Result<Vec<u8>, Failure> {
    let mut text = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|e| unreachable_because(&e))? {
        if text.len() + chunk.len() > LONGEST_ANSWER {
            return Err(Failure::Unreachable("answer too long"));
        }
        text.extend_from_slice(&chunk);
    }
    Ok(text)
}

/// Names the trouble without the address, which has a phone number in it.
fn unreachable_because(error: &reqwest::Error) -> Failure {
    Failure::Unreachable(if error.is_timeout() {
        "timed out"
    } else if error.is_connect() {
        "not connected"
    } else {
        "cut"
    })
}

fn asked_wait(answer: &Response) -> Option<Duration> {
    seconds(answer.headers().get(RETRY_AFTER)?.to_str().ok()?)
}

fn seconds(text: &str) -> Option<Duration> {
    let text = text.trim();
    let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| text.parse().map_or(LONGEST_WAIT, |seconds| Duration::from_secs(seconds).min(LONGEST_WAIT)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_of_more_than_an_hour_is_one_of_an_hour() {
        for (text, expected) in [
            ("0", Some(0)),
            (" 7 ", Some(7)),
            ("3600", Some(3600)),
            ("31536000", Some(3600)),
            ("99999999999999999999999", Some(3600)),
            ("-1", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(seconds(text), expected.map(Duration::from_secs), "{text}");
        }
    }

    #[test]
    fn calls_are_named_without_what_they_are_about() {
        for (path, expected) in [
            ("/2010-04-01/Accounts/AC1.json", "Accounts"),
            ("/2010-04-01/Accounts/AC1/IncomingPhoneNumbers/PN1.json", "IncomingPhoneNumbers"),
            ("/2010-04-01/Accounts/AC1/AvailablePhoneNumbers/US/Local.json", "AvailablePhoneNumbers"),
            ("/2010-04-01/Accounts/AC1/Recordings/RE1/Transcriptions/TR1.json", "Transcriptions"),
            ("/v2/RegulatoryCompliance/Bundles/BU1", "Bundles"),
        ] {
            assert_eq!(name("GET", path), format!("GET {expected}"));
        }
    }
}
