//! Whom a request comes from: who connected, or whoever a trusted proxy says it connected for.

use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Once,
};

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, header, request::Parts},
    middleware::Next,
    response::Response,
};
use ipnet::IpNet;

use crate::{
    address::{Prefix, Way},
    app::App,
};

mod forwarded;

/// Who connected, as the server saw it.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Whom the request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client(pub IpAddr);

impl Client {
    /// What limits count by.
    #[must_use]
    pub fn prefix(self) -> Prefix {
        Prefix::of(self.0)
    }
}

impl<S: Sync> FromRequestParts<S> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        // Named by the outermost layer of every router.
        Ok(parts.extensions.get().copied().unwrap_or(Self(Ipv4Addr::UNSPECIFIED.into())))
    }
}

/// By what way a request with these headers came from that peer.
#[must_use]
pub fn way(headers: &HeaderMap, peer: Option<Peer>, proxies: &[IpNet]) -> Way {
    match peer {
        _ if !is_named(headers) => Way::Direct,
        Some(peer) if is_trusted(peer.0.ip().to_canonical(), proxies) => Way::Trusted,
        _ => Way::Untrusted,
    }
}

/// Whether somebody says whom the request comes from.
fn is_named(headers: &HeaderMap) -> bool {
    headers.contains_key(header::FORWARDED) || headers.contains_key("x-forwarded-for")
}

/// Names the client of every request.
pub async fn name(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().map_or(Ipv4Addr::UNSPECIFIED.into(), |peer| peer.0.ip());
    let client = Client(of(request.headers(), peer.to_canonical(), &app.bounds.proxies));
    request.extensions_mut().insert(client);
    next.run(request).await
}

/// The client: the rightmost address in the proxies' chain that is none of theirs. Whatever cannot be read, and two headers
/// that contradict each other (a proxy sets one and passes on what a client made up in the other), leaves the peer.
fn of(headers: &HeaderMap, peer: IpAddr, proxies: &[IpNet]) -> IpAddr {
    let (standard, customary) = (chain(headers, header::FORWARDED.as_str()), chain(headers, "x-forwarded-for"));
    if !is_trusted(peer, proxies) {
        if (standard.is_some() || customary.is_some()) && proxies.is_empty() {
            warn_once(peer);
        }
        return peer;
    }
    let standard = standard.map(|text| first_stranger(forwarded::read(&text), proxies));
    let customary = customary.map(|text| first_stranger(Some(forwarded::read_customary(&text)), proxies));
    match (standard, customary) {
        (Some(Some(client)), None) | (None, Some(Some(client))) => client,
        (Some(Some(one)), Some(Some(other))) if one == other => one,
        _ => peer,
    }
}

fn is_trusted(address: IpAddr, proxies: &[IpNet]) -> bool {
    proxies.iter().any(|net| net.contains(&address))
}

/// Several headers of one name are one list.
fn chain(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines: Vec<&str> = headers.get_all(name).iter().map(|line| line.to_str().unwrap_or("\0")).collect();
    (!lines.is_empty()).then(|| lines.join(","))
}

/// From the right, past our own proxies. Where all are ours the request began with the leftmost.
fn first_stranger(chain: Option<Vec<Option<IpAddr>>>, proxies: &[IpNet]) -> Option<IpAddr> {
    let mut nearest = None;
    for hop in chain?.into_iter().rev() {
        // Somebody who is not named: what stands further left is their word alone.
        let address = hop?;
        nearest = Some(address);
        if !is_trusted(address, proxies) {
            break;
        }
    }
    nearest
}

/// Behind a proxy that is not trusted, all its clients share one limit. That must not go unnoticed.
fn warn_once(peer: IpAddr) {
    static WARNED: Once = Once::new();
    WARNED.call_once(|| {
        tracing::warn!(
            %peer,
            "somebody names the clients of requests and is not in TRUSTED_PROXIES: if it is your proxy, list it there, or all who come through it share the limits of one address"
        );
    });
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    const PEER: &str = "10.0.0.1";

    fn client(peer: &str, lines: &[(&'static str, &str)]) -> String {
        let proxies: Vec<IpNet> =
            ["10.0.0.0/8", "127.0.0.0/8", "::1/128", "fd00::/8"].iter().map(|net| net.parse().unwrap()).collect();
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
            headers.append(HeaderName::from_static(name), value);
        }
        of(&headers, peer.parse().unwrap(), &proxies).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        for line in [("x-forwarded-for", "203.0.113.7"), ("forwarded", "for=203.0.113.7")] {
            assert_eq!(client("198.51.100.1", &[line]), "198.51.100.1");
            assert_eq!(client(PEER, &[line]), "203.0.113.7");
            assert_eq!(client("::1", &[line]), "203.0.113.7");
        }
        assert_eq!(client(PEER, &[]), PEER, "and need not say anything");
    }

    #[test]
    fn the_rightmost_stranger_is_the_client() {
        for (line, expected) in [
            ("203.0.113.7", "203.0.113.7"),
            ("6.6.6.6, 203.0.113.7", "203.0.113.7"),
            ("6.6.6.6, 203.0.113.7, 10.1.2.3, 127.0.0.1", "203.0.113.7"),
            ("nonsense, 203.0.113.7, 10.1.2.3", "203.0.113.7"),
            ("10.9.9.9, 10.1.2.3", "10.9.9.9"),
            ("203.0.113.7:4711", "203.0.113.7"),
            ("2001:db8::7", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("[2001:db8::7]:4711", "2001:db8::7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            (" 203.0.113.7 ", "203.0.113.7"),
            // What is not an address leaves the peer, and so does nobody.
            ("", PEER),
            ("nonsense", PEER),
            ("unknown", PEER),
            ("203.0.113.7, unknown", PEER),
            ("203.0.113.7,", PEER),
            ("203.0.113.7, 10.1.2.3,, 10.1.2.4", PEER),
            ("203.0.113.7:99999", PEER),
            ("[2001:db8::7", PEER),
            ("203.0.113.007", PEER),
            ("203.0.113.7\u{e9}", PEER),
        ] {
            assert_eq!(client(PEER, &[("x-forwarded-for", line)]), expected, "{line:?}");
        }
    }

    #[test]
    fn forwarded_is_read_as_rfc_7239_has_it() {
        for (line, expected) in [
            ("for=192.0.2.43", "192.0.2.43"),
            ("For=192.0.2.43", "192.0.2.43"),
            ("for=\"192.0.2.43:47011\"", "192.0.2.43"),
            ("for=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"),
            ("for=\"[2001:db8:cafe::17]\"", "2001:db8:cafe::17"),
            ("for=\"192.0.2.43:_port\"", "192.0.2.43"),
            ("for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"),
            ("proto=https; For=\"192.0.2.60\" ;host=\"a, b; c\"", "192.0.2.60"),
            ("for=192.0.2.43, for=198.51.100.17", "198.51.100.17"),
            ("for=192.0.2.43, for=198.51.100.17;by=10.0.0.9 , for=10.0.0.8", "198.51.100.17"),
            ("for=\"_gazonk\", for=198.51.100.17", "198.51.100.17"),
            ("for=\"\\1\\92.0.2.43\"", "192.0.2.43"),
            ("for=192.0.2.43;", "192.0.2.43"),
            // An unnamed hop, an obfuscated one, and what no grammar knows.
            ("for=unknown", PEER),
            ("for=\"_mdn\"", PEER),
            ("for=_SEVKISEK, for=10.0.0.9", PEER),
            ("proto=https", PEER),
            ("for=192.0.2.43, proto=https", PEER),
            ("for=2001:db8::1", PEER),
            ("for=[2001:db8::1]", PEER),
            ("for=\"2001:db8::1\"", PEER),
            ("for=192.0.2.43:80", PEER),
            ("for=\"192.0.2.43", PEER),
            ("for=\"192.0.2.43\"x", PEER),
            ("for=192.0.2.43;for=6.6.6.6", PEER),
            ("for", PEER),
            ("for=", PEER),
            ("for=192.0.2.43,", PEER),
            ("", PEER),
            ("=1.2.3.4", PEER),
        ] {
            assert_eq!(client(PEER, &[("forwarded", line)]), expected, "{line:?}");
        }
    }

    #[test]
    fn several_headers_are_one_list_and_two_kinds_must_agree() {
        let xff = "x-forwarded-for";
        assert_eq!(client(PEER, &[(xff, "6.6.6.6"), (xff, "203.0.113.7")]), "203.0.113.7");
        assert_eq!(client(PEER, &[("forwarded", "for=6.6.6.6"), (xff, "203.0.113.7")]), PEER, "one of them is made up");
        assert_eq!(client(PEER, &[("forwarded", "nonsense"), (xff, "203.0.113.7")]), PEER);
        assert_eq!(client(PEER, &[("forwarded", "for=203.0.113.7"), (xff, "203.0.113.7")]), "203.0.113.7");
    }
}
