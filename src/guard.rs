//! The way out to addresses that platforms name, and what it keeps away from: the house's own network.
//!
//! A literal address is read as browsers read it, decimal and octal spellings included, and checked; a name is resolved
//! by [`Resolver`], which gives on only addresses that pass, so that what was checked is what is connected to. No
//! redirect is followed, no proxy asked. Plain http is only for ranges that the operator opened.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use ipnet::IpNet;
use reqwest::{
    Client,
    dns::{Addrs, Name, Resolve, Resolving},
    header::HeaderMap,
};
use url::{Host, Url};

use crate::error::{Error, Result};

/// How long an endpoint may take (the published contract).
const TIMEOUT: Duration = Duration::from_secs(10);
/// As much of an answer as is kept.
const HEAD: usize = 1024;

#[allow(clippy::ip_constant, reason = "a table reads better whole")]
/// Ranges that are not the public internet: IANA's special-purpose registries.
const CLOSED_V4: &[(Ipv4Addr, u8)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 3),
];

/// What an endpoint said.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// `Retry-After` in seconds, when it was given so.
    pub retry_after: Option<Duration>,
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
        let allowed: Arc<[IpNet]> = allowed.into();
        let client = |only_opened: bool| {
            Client::builder()
                .timeout(TIMEOUT)
                .redirect(reqwest::redirect::Policy::none())
                .no_proxy()
                .user_agent(concat!("setuplinks/", env!("CARGO_PKG_VERSION")))
                .dns_resolver(Arc::new(Resolver { allowed: allowed.clone(), only_opened }))
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
            Some(Host::Domain(name)) if !name.is_empty() => None,
            _ => return Err("must be an absolute https URL"),
        };
        let is_plain = match url.scheme() {
            "https" => false,
            "http" if self.allowed.is_empty() => return Err("must be an https URL"),
            "http" => true,
            _ => return Err("must be an absolute https URL"),
        };
        match literal {
            Some(address) if !passes(address, &self.allowed, is_plain) => {
                Err("must not lead to a private, local or reserved address")
            }
            _ => Ok(url),
        }
    }

    /// Posts bytes to an address, checked anew.
    ///
    /// # Errors
    /// Why there was no answer, in a word that can be shown to the platform.
    pub async fn post(&self, url: &str, headers: HeaderMap, body: String) -> Result<Answer, &'static str> {
        let url = self.check(url)?;
        let client = if url.scheme() == "http" { &self.opened } else { &self.public };
        let sent = client.post(url).headers(headers).body(body).send().await;
        let mut answer = sent.map_err(|e| trouble(&e))?;
        let status = answer.status().as_u16();
        let retry_after = answer
            .headers()
            .get("retry-after")
            .and_then(|value| value.to_str().ok()?.trim().parse().ok())
            .map(Duration::from_secs);
        let mut head = Vec::new();
        // The status is the answer; a body that breaks off, or never ends, changes nothing.
        while let Ok(Some(chunk)) = answer.chunk().await {
            head.extend_from_slice(&chunk);
            if head.len() >= HEAD {
                head.truncate(HEAD);
                break;
            }
        }
        // PostgreSQL's text takes no NUL.
        let head = String::from_utf8_lossy(&head).replace('\0', "");
        Ok(Answer { status, retry_after, head })
    }
}

fn trouble(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "no answer in 10 seconds"
    } else if error.is_connect() {
        "could not be connected to, or its address is not allowed"
    } else {
        "the connection was cut"
    }
}

/// Resolves names to those of their addresses that pass.
struct Resolver {
    allowed: Arc<[IpNet]>,
    only_opened: bool,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (allowed, only_opened) = (self.allowed.clone(), self.only_opened);
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let passing: Vec<SocketAddr> =
                found.filter(|address| passes(address.ip(), &allowed, only_opened)).collect();
            if passing.is_empty() {
                return Err("no address that is allowed".into());
            }
            Ok(Box::new(passing.into_iter()) as Addrs)
        })
    }
}

/// Whether an address may be called: the operator opened its range, or it is public and TLS is spoken.
fn passes(address: IpAddr, allowed: &[IpNet], only_opened: bool) -> bool {
    let plain = match address {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    };
    let is_opened = allowed.iter().any(|net| net.contains(&plain) || net.contains(&address));
    is_opened || (!only_opened && is_public(plain))
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => !CLOSED_V4.iter().any(|(net, bits)| starts_with(v4.to_bits(), net.to_bits(), *bits)),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn starts_with(address: u32, net: u32, bits: u8) -> bool {
    (address ^ net) >> (32 - u32::from(bits)) == 0
}

/// Only `2000::/3` is given out, and in it: no tunnels, whose inner address nobody checks, and no documentation.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let is_given_out = a & 0xe000 == 0x2000;
    let is_protocol = a == 0x2001 && b < 0x0200;
    let is_documentation = (a == 0x2001 && b == 0x0db8) || (a == 0x3fff && b & 0xf000 == 0);
    let is_six_to_four = a == 0x2002;
    is_given_out && !is_protocol && !is_documentation && !is_six_to_four
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(allowed: &[&str]) -> Guard {
        Guard::new(allowed.iter().map(|net| net.parse().unwrap()).collect()).unwrap()
    }

    #[test]
    fn every_spelling_of_an_inner_address_is_refused() {
        let guard = guard(&[]);
        for url in [
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f.0.0.1/",
            "https://0177.0.0.1/",
            "https://0/",
            "https://[::1]/",
            "https://[::]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:7f00:1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[2002:7f00:1::]/",
            "https://[2001:0:4136:e378::1]/",
            "https://[fe80::1]/",
            "https://[fc00::1]/",
            "https://[fd12:3456::1]/",
            "https://[ff02::1]/",
            "https://[2001:db8::1]/",
            "https://[3fff::1]/",
            "https://[::127.0.0.1]/",
            "https://10.0.0.1/",
            "https://172.31.255.255/",
            "https://192.168.0.1/",
            "https://169.254.169.254/",
            "https://100.64.0.1/",
            "https://192.0.2.1/",
            "https://198.18.0.1/",
            "https://198.51.100.1/",
            "https://203.0.113.1/",
            "https://224.0.0.1/",
            "https://255.255.255.255/",
            "https://192.88.99.1/",
            "https://192.0.0.1/",
            "http://93.184.215.14/",
            "ftp://a.example/",
            "https://user@a.example/",
            "https://",
            "//a.example",
            "https://a b.example/",
            "https://127。0。0。1/",
        ] {
            assert!(guard.check(url).is_err(), "{url}");
        }
        for url in [
            "https://a.example/hook?x=1",
            "https://93.184.215.14/",
            "https://[2606:2800:21f::1]/",
            "https://172.32.0.1/",
        ] {
            assert!(guard.check(url).is_ok(), "{url}");
        }
    }

    #[test]
    fn a_range_that_is_opened_is_open_for_plain_http_too() {
        let guard = guard(&["127.0.0.0/8"]);
        assert!(guard.check("http://127.0.0.1:9/").is_ok());
        assert!(guard.check("http://[::ffff:127.0.0.1]/").is_ok());
        assert!(guard.check("http://93.184.215.14/").is_err(), "plain http only where it was opened");
        assert!(guard.check("https://10.0.0.1/").is_err());
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_connected_to() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let post = |guard: Guard, url: String| async move { guard.post(&url, HeaderMap::new(), String::new()).await };
        let refused = post(guard(&[]), format!("https://localhost:{port}/")).await.unwrap_err();
        assert!(refused.contains("not allowed"), "{refused}");
        // A range is open, but not the one that the name leads to.
        let refused = post(guard(&["10.0.0.0/8"]), format!("http://localhost:{port}/")).await.unwrap_err();
        assert!(refused.contains("not allowed"), "{refused}");
        let nobody_came = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await.is_err();
        assert!(nobody_came);
    }
}
