//! The way out to addresses that platforms name, and what it keeps away from: the house's own network.
//!
//! A literal address is read as browsers read it, decimal and octal spellings included, and checked ([`address`]); a
//! name is resolved and its addresses checked when it is connected to ([`resolve`]). No redirect is followed, no proxy
//! asked, and everything together has ten seconds. Plain http is only for ranges that the operator opened.

use std::{
    net::IpAddr,
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use ipnet::IpNet;
use reqwest::{
    Client, Response,
    header::{HeaderMap, RETRY_AFTER},
};
use url::{Host, Url};

use self::{
    address::{is_home_opened, passes},
    resolve::{Directory, Resolver, System},
};
use crate::{
    clock::Timestamp,
    error::{Error, Result},
};

mod address;
pub mod resolve;

/// How long an endpoint may take (the published contract), from the look-up of its name to the last byte that is read.
const TIMEOUT: Duration = Duration::from_secs(10);
/// As much of an answer as is kept.
const HEAD: usize = 1024;
/// A connection is not used again after so long: many servers close theirs after five seconds, and a request that meets
/// that is lost.
const IDLE: Duration = Duration::from_secs(3);

/// When an endpoint wants to be asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// After so long.
    Span(Duration),
    /// At that moment.
    Moment(Timestamp),
}

/// What an endpoint said.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// `Retry-After`, in seconds or as a date.
    pub retry_after: Option<RetryAfter>,
    /// The first kilobyte of the body.
    pub head: String,
}

/// Sends to addresses that platforms name. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Guard {
    public: Client,
    opened: Client,
    allowed: Arc<[IpNet]>,
}

impl Guard {
    /// A guard that keeps away from everything but the public internet and the ranges in `allowed`.
    ///
    /// # Errors
    /// When no HTTP client can be built on this machine.
    pub fn new(allowed: Vec<IpNet>) -> Result<Self> {
        let system: Arc<dyn Directory> = Arc::new(System);
        Self::asking(allowed, &system)
    }

    /// The same with another way to names, whose answers are checked all the same.
    ///
    /// # Errors
    /// When no HTTP client can be built on this machine.
    pub fn asking(allowed: Vec<IpNet>, directory: &Arc<dyn Directory>) -> Result<Self> {
        let allowed: Arc<[IpNet]> = allowed.into();
        let client = |only_opened: bool| {
            let resolver = Resolver { directory: directory.clone(), allowed: allowed.clone(), only_opened };
            Client::builder()
                .timeout(TIMEOUT)
                .pool_idle_timeout(IDLE)
                .redirect(reqwest::redirect::Policy::none())
                .no_proxy()
                .user_agent(concat!("setuplinks/", env!("CARGO_PKG_VERSION")))
                .dns_resolver(Arc::new(resolver))
                .build()
                .map_err(|e| Error::Internal(format!("no HTTP client: {e}")))
        };
        Ok(Self { public: client(false)?, opened: client(true)?, allowed: allowed.clone() })
    }

    /// Checks an address when a platform names it. What a name resolves to is checked when it is called.
    ///
    /// # Errors
    /// A sentence that says what is allowed.
    pub fn check(&self, text: &str) -> Result<Url, &'static str> {
        const INSIDE: &str = "must not lead to a private, local or reserved address";
        if text.len() > 2048 || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err("must be a URL of at most 2048 characters without spaces");
        }
        let url = Url::parse(text).map_err(|_| "must be an absolute https URL")?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("must not contain a user name or password");
        }
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(name)) if is_home(name) && !is_home_opened(&self.allowed) => return Err(INSIDE),
            Some(Host::Domain(name)) if !name.trim_matches('.').is_empty() => None,
            _ => return Err("must be an absolute https URL"),
        };
        let is_plain = match url.scheme() {
            "https" => false,
            "http" if self.allowed.is_empty() => return Err("must be an https URL"),
            "http" => true,
            _ => return Err("must be an absolute https URL"),
        };
        match literal {
            Some(address) if !passes(address, &self.allowed, is_plain) => Err(INSIDE),
            _ => Ok(url),
        }
    }

    /// Reads what is at an address, checked anew; no more than `most` bytes.
    ///
    /// # Errors
    /// Why there is nothing to read, in words that can be shown to the platform.
    pub async fn get(&self, url: &str, most: usize) -> Result<Vec<u8>, &'static str> {
        let url = self.check(url)?;
        let client = if url.scheme() == "http" { &self.opened } else { &self.public };
        let mut answer = client.get(url).send().await.map_err(|e| trouble(&e))?;
        if answer.status() != reqwest::StatusCode::OK {
            return Err("it did not answer with status 200");
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|e| trouble(&e))? {
            body.extend_from_slice(&chunk);
            if body.len() > most {
                return Err("it is too large");
            }
        }
        Ok(body)
    }

    /// Posts bytes to an address, checked anew.
    ///
    /// # Errors
    /// Why there was no answer, in a word that can be shown to the platform.
    pub async fn post(&self, url: &str, headers: HeaderMap, body: String) -> Result<Answer, &'static str> {
        let url = self.check(url)?;
        let client = if url.scheme() == "http" { &self.opened } else { &self.public };
        let sent = client.post(url).headers(headers).body(body).send().await;
        let answer = sent.map_err(|e| trouble(&e))?;
        let status = answer.status().as_u16();
        Ok(Answer { status, retry_after: retry_after(answer.headers()), head: head(answer).await })
    }
}

/// Names that mean this machine (RFC 6761), however they are resolved.
fn is_home(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

fn retry_after(headers: &HeaderMap) -> Option<RetryAfter> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(RetryAfter::Span(Duration::from_secs(seconds)));
    }
    let since = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(RetryAfter::Moment(Timestamp(i64::try_from(since.as_millis()).ok()?)))
}

/// The beginning of the body. The status is the answer; a body that breaks off, or never ends, changes nothing.
async fn head(mut answer: Response) -> String {
    let mut head = Vec::new();
    while let Ok(Some(chunk)) = answer.chunk().await {
        head.extend_from_slice(&chunk);
        if head.len() >= HEAD {
            head.truncate(HEAD);
            break;
        }
    }
    // PostgreSQL's text takes no NUL.
    String::from_utf8_lossy(&head).replace('\0', "")
}

fn trouble(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "no answer in 10 seconds"
    } else if error.is_connect() {
        "could not be connected to, or its address is not allowed"
    } else {
        "the connection was cut, or what came is no HTTP"
    }
}

#[cfg(test)]
mod tests;
