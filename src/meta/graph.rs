//! How a Graph call is made: the token in a header, its proof beside it, a bound on time and size.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use reqwest::{
    Method, RequestBuilder, Response,
    header::{CONTENT_LENGTH, HeaderMap},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use url::Url;

use super::{
    Meta,
    failure::{Failure, GraphError},
};
use crate::{meter, seal::hmac_sha256_hex, trace};

/// No answer that we ask for is anywhere near this long.
const LONGEST_ANSWER: usize = 1024 * 1024;

impl Meta {
    /// `GET` with a query.
    pub(super) async fn get(
        &self,
        segments: &[&str],
        query: &[(&str, &str)],
        token: &SecretString,
    ) -> Result<Value, Failure> {
        let mut url = self.address(segments);
        url.query_pairs_mut().extend_pairs(query);
        timed(name("GET", segments), self.call(Method::GET, url, None, token)).await
    }

    /// `POST` with a JSON body, or with none.
    pub(super) async fn post(
        &self,
        segments: &[&str],
        body: Option<&Value>,
        token: &SecretString,
    ) -> Result<Value, Failure> {
        timed(name("POST", segments), self.call(Method::POST, self.address(segments), body, token)).await
    }

    /// `DELETE`.
    pub(super) async fn delete(&self, segments: &[&str], token: &SecretString) -> Result<Value, Failure> {
        timed(name("DELETE", segments), self.call(Method::DELETE, self.address(segments), None, token)).await
    }

    async fn call(
        &self,
        method: Method,
        mut url: Url,
        body: Option<&Value>,
        token: &SecretString,
    ) -> Result<Value, Failure> {
        let proof = hmac_sha256_hex(self.settings.app_secret.expose_secret(), token.expose_secret());
        url.query_pairs_mut().append_pair("appsecret_proof", &proof);
        let request = self.http.request(method.clone(), url).bearer_auth(token.expose_secret());
        send(match body {
            Some(body) => request.json(body),
            // A strict server wants a length, even of nothing.
            None if method == Method::POST => request.header(CONTENT_LENGTH, 0),
            None => request,
        })
        .await
    }
}

/// What a call is counted as: its method and path, with ids left out.
fn name(method: &str, segments: &[&str]) -> String {
    let is_id = |segment: &str| segment.bytes().any(|b| b.is_ascii_digit());
    let path: Vec<&str> = segments.iter().map(|segment| if is_id(segment) { "{id}" } else { segment }).collect();
    format!("{method} /{}", path.join("/"))
}

/// Counts a call and the time it took, and traces it.
pub(super) async fn timed<T>(name: String, call: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let (mut span, began) = (trace::call("meta", &name), Instant::now());
    let answer = call.await;
    let outcome = match &answer {
        Ok(_) => "ok".to_owned(),
        Err(Failure::Unreachable(why)) => (*why).to_owned(),
        Err(Failure::Garbled { status, .. }) => format!("status {status}"),
        Err(Failure::Graph(error)) => format!("error {}", error.code),
    };
    if answer.is_err() {
        span.fail(outcome.clone());
    }
    meter::called("meta", name, outcome, began.elapsed());
    answer
}

/// Sends a request and reads the answer: an error object is a failure whatever the status, and so is all but JSON.
pub(super) async fn send(request: RequestBuilder) -> Result<Value, Failure> {
    let answer = request.send().await.map_err(|e| unreachable_because(&e))?;
    let status = answer.status().as_u16();
    let wait = asked_wait(answer.headers());
    let text = read(answer).await?;
    let body: Value = serde_json::from_slice(&text).map_err(|_| Failure::Garbled { status, wait })?;
    match GraphError::read(&body, wait) {
        Some(error) => Err(Failure::Graph(error)),
        None if status < 300 && body.get("error").is_none() && !is_refusal(&body) => Ok(body),
        None => Err(Failure::Garbled { status, wait }),
    }
}

/// Some calls say so without an error object.
fn is_refusal(body: &Value) -> bool {
    body.get("success") == Some(&Value::Bool(false))
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

/// Names the trouble without the address, which may carry what must not be logged.
pub(super) fn unreachable_because(error: &reqwest::Error) -> Failure {
    // First: whoever waits too long for a connection is both.
    if error.is_connect() {
        return Failure::NOT_CONNECTED;
    }
    Failure::Unreachable(if error.is_timeout() { "timed out" } else { "cut" })
}

/// What the headers ask for: `Retry-After` in seconds, or the longest `estimated_time_to_regain_access`, in minutes
/// (Meta's documentation of rate limits).
fn asked_wait(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let seconds = text("retry-after").and_then(|value| value.trim().parse().ok()).map(Duration::from_secs);
    seconds.or_else(|| {
        let usage: Value = serde_json::from_str(text("x-business-use-case-usage")?).ok()?;
        let minutes = usage
            .as_object()?
            .values()
            .filter_map(Value::as_array)
            .flatten()
            .filter_map(|entry| entry.get("estimated_time_to_regain_access")?.as_u64())
            .max()?;
        (minutes > 0).then(|| Duration::from_secs(minutes.saturating_mul(60)))
    })
}

/// Ids are text in most answers and numbers in some.
pub(super) fn id(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let is_id = !text.is_empty() && text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric());
    is_id.then_some(text)
}

/// Every element of a list's pages, in order. The address in `paging.next` carries the token and is not ours to follow;
/// what else it asks for is.
impl Meta {
    pub(super) async fn all_pages(
        &self,
        segments: &[&str],
        query: &[(&str, &str)],
        token: &SecretString,
    ) -> Result<Vec<Value>, Failure> {
        const MOST_PAGES: usize = 50;
        let mut all = Vec::new();
        let mut query: Vec<(String, String)> =
            query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        for _ in 0..MOST_PAGES {
            let asked: Vec<(&str, &str)> = query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let body = self.get(segments, &asked, token).await?;
            let page = body.get("data").and_then(Value::as_array).ok_or(Failure::incomplete())?;
            all.extend(page.iter().cloned());
            match next_page(&body, &query) {
                Some(next) if next != query => query = next,
                _ => return Ok(all),
            }
        }
        tracing::warn!("a list of Meta's has more than {MOST_PAGES} pages; the rest is left out");
        Ok(all)
    }
}

/// The query of the next page: that of `paging.next` without its secrets, and the cursor that may stand beside it.
fn next_page(body: &Value, query: &[(String, String)]) -> Option<Vec<(String, String)>> {
    let paging = body.get("paging")?;
    let next = paging.get("next")?.as_str()?;
    let cursor = paging.get("cursors").and_then(|cursors| cursors.get("after")).and_then(Value::as_str);
    let mut pairs: Vec<(String, String)> =
        Url::parse(next).map(|url| url.query_pairs().into_owned().collect()).unwrap_or_default();
    pairs.retain(|(name, _)| !["access_token", "appsecret_proof", "appsecret_time"].contains(&name.as_str()));
    let set = |pairs: &mut Vec<(String, String)>, name: &str, value: &str| {
        if pairs.iter().all(|(known, _)| known != name) {
            pairs.push((name.to_owned(), value.to_owned()));
        }
    };
    for (name, value) in query.iter().filter(|(name, _)| name != "after") {
        set(&mut pairs, name, value);
    }
    if let Some(cursor) = cursor {
        set(&mut pairs, "after", cursor);
    }
    Some(pairs)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn next(body: &Value) -> Option<String> {
        let query = [("fields".to_owned(), "id".to_owned()), ("after".to_owned(), "old".to_owned())];
        let pairs = next_page(body, &query)?;
        Some(pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&"))
    }

    #[test]
    fn the_next_page_is_asked_for_without_the_secrets_of_its_address() {
        let address =
            "https://graph.facebook.com/v26.0/9/phone_numbers?access_token=EAA&appsecret_proof=x&limit=25&after=B";
        assert_eq!(next(&json!({"paging": {"next": address}})).as_deref(), Some("limit=25&after=B&fields=id"));
        let by_cursor = json!({"paging": {"next": "https://g.example/?limit=5", "cursors": {"after": "C"}}});
        assert_eq!(next(&by_cursor).as_deref(), Some("limit=5&fields=id&after=C"));
        let by_offset = json!({"paging": {"next": "https://g.example/?offset=25"}});
        assert_eq!(next(&by_offset).as_deref(), Some("offset=25&fields=id"));
        assert_eq!(next(&json!({"paging": {"cursors": {"after": "C"}}})), None, "the last page has cursors too");
    }
}
