//! Where somebody comes from, as finely as anybody can be told from a neighbour.

use std::{
    fmt,
    net::{IpAddr, Ipv6Addr},
};

/// An IPv4 address, or the /64 that an IPv6 address is in: one household or one server has at least that many to itself,
/// so that a finer look would let everybody be as many as they like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Prefix(IpAddr);

impl Prefix {
    /// What stands for everybody when there are too many to be told apart.
    pub const CROWD: Self = Self(IpAddr::V6(Ipv6Addr::UNSPECIFIED));

    /// The prefix of an address.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
            v4 @ IpAddr::V4(_) => v4,
        })
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(address) => write!(f, "{address}"),
            IpAddr::V6(address) => write!(f, "{address}/64"),
        }
    }
}

/// By what way requests come, as far as their clients can be told from each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Nobody says whom they come from.
    Direct,
    /// Through a proxy whose word is taken.
    Trusted,
    /// Through somebody who names their clients, and is not in `TRUSTED_PROXIES`.
    Untrusted,
}

impl Way {
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::Direct, Self::Trusted, Self::Untrusted];

    /// What a server says of a nonce that came by this way.
    #[must_use]
    pub fn after(self, nonce: &str) -> String {
        let way = match self {
            Self::Direct => "direct",
            Self::Trusted => "trusted",
            Self::Untrusted => "untrusted",
        };
        format!("{nonce} {way}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix(text: &str) -> String {
        Prefix::of(text.parse().unwrap()).to_string()
    }

    #[test]
    fn neighbours_in_a_64_are_one() {
        assert_eq!(prefix("203.0.113.7"), "203.0.113.7");
        assert_eq!(prefix("::ffff:203.0.113.7"), "203.0.113.7", "however the system writes it");
        assert_eq!(prefix("2001:db8:1:2:ffff::1"), "2001:db8:1:2::/64");
        assert_eq!(prefix("2001:db8:1:2::"), prefix("2001:db8:1:2:1:1:1:1"));
        assert_ne!(prefix("2001:db8:1:2::1"), prefix("2001:db8:1:3::1"));
    }
}
