//! The two headers in which proxies say whom they pass on: `Forwarded` (RFC 7239) and the customary `X-Forwarded-For`.
//!
//! A chain has an entry for each hop, leftmost first; `None` stands for one that is not named, or cannot be read. A chain as
//! a whole is `None` when it does not follow the grammar: then nobody knows where its entries begin.

use std::net::{IpAddr, Ipv6Addr};

/// Reads `X-Forwarded-For`: addresses with commas between them. Some proxies add a port.
pub(super) fn read_customary(text: &str) -> Vec<Option<IpAddr>> {
    text.split(',').map(|hop| with_port(hop.trim()).or_else(|| hop.trim().parse().ok()).map(plain)).collect()
}

/// Reads `Forwarded`: for each hop, pairs with semicolons between them.
pub(super) fn read(text: &str) -> Option<Vec<Option<IpAddr>>> {
    let mut rest = text;
    let mut hops = Vec::new();
    loop {
        let (hop, after) = hop(rest)?;
        hops.push(hop);
        match after {
            Some(after) => rest = after,
            None => return Some(hops),
        }
    }
}

/// One hop, and what stands behind its comma.
fn hop(mut rest: &str) -> Option<(Option<IpAddr>, Option<&str>)> {
    let mut named: Option<String> = None;
    loop {
        rest = rest.trim_start_matches([' ', '\t']);
        if !rest.starts_with([',', ';']) && !rest.is_empty() {
            let (name, after) = rest.split_at(token(rest)?);
            let (value, after) = value(after.strip_prefix('=')?)?;
            // A name stands once in a hop.
            if name.eq_ignore_ascii_case("for") && named.replace(value).is_some() {
                return None;
            }
            rest = after.trim_start_matches([' ', '\t']);
        }
        match rest.split_at_checked(1) {
            Some((";", after)) => rest = after,
            Some((",", after)) => return Some((node(named), Some(after))),
            None => return Some((node(named), None)),
            Some(_) => return None,
        }
    }
}

/// A token, or a quoted string without its quotes; and what follows.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, after) = text.split_at(token(text)?);
        return Some((value.to_owned(), after));
    };
    let mut value = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, quoted.get(at + 1..)?)),
            '\\' => value.push(letters.next()?.1),
            letter => value.push(letter),
        }
    }
    None
}

/// How long the token is that a text begins with; at least one letter.
fn token(text: &str) -> Option<usize> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let length = text.bytes().take_while(|&byte| is_token(byte)).count();
    (length > 0).then_some(length)
}

/// The address of a node; `unknown` and names that hide one (`_mdn`) have none.
fn node(name: Option<String>) -> Option<IpAddr> {
    let name = name?;
    let v4 = |text: &str| text.parse().ok().map(IpAddr::V4);
    with_port(&name).or_else(|| v4(&name)).map(plain)
}

/// `[IPv6]`, `[IPv6]:port` or `IPv4:port`. A port may hide itself (`_port`), and is of no use here.
fn with_port(text: &str) -> Option<IpAddr> {
    let (address, port) = if let Some(bracketed) = text.strip_prefix('[') {
        let (address, after) = bracketed.split_once(']')?;
        let address = IpAddr::V6(address.parse::<Ipv6Addr>().ok()?);
        if after.is_empty() {
            return Some(address);
        }
        (address, after.strip_prefix(':')?)
    } else {
        let (address, port) = text.split_once(':')?;
        (IpAddr::V4(address.parse().ok()?), port)
    };
    let hidden = port.strip_prefix('_').is_some_and(|rest| !rest.is_empty());
    (hidden || port.parse::<u16>().is_ok()).then_some(address)
}

fn plain(address: IpAddr) -> IpAddr {
    address.to_canonical()
}
