//! Which addresses may be called: the public internet, and what the operator opened.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

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

/// Whether an address may be called: the operator opened its range, or it is public and TLS is spoken.
pub(super) fn passes(address: IpAddr, allowed: &[IpNet], only_opened: bool) -> bool {
    let meant = meant(address);
    let is_opened = allowed.iter().any(|net| net.contains(&meant) || net.contains(&address));
    is_opened || (!only_opened && is_public(meant))
}

/// Whether the operator opened this machine itself.
pub(super) fn is_home_opened(allowed: &[IpNet]) -> bool {
    let home = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
    allowed.iter().any(|net| home.iter().any(|address| net.contains(address)))
}

/// The address that packets end at: IPv4 inside IPv6 where the system itself (`::ffff:0:0/96`) or the network's
/// translator (`64:ff9b::/96`, RFC 6052) unpacks it.
fn meant(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    let [prefix @ .., high, low] = v6.segments();
    let inner = Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
    let is_translated = prefix == [0x64, 0xff9b, 0, 0, 0, 0];
    if is_translated { IpAddr::V4(inner) } else { v6.to_ipv4_mapped().map_or(address, IpAddr::V4) }
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

/// Only `2000::/3` is given out, and in it: no documentation, and no tunnels (6to4, Teredo, ISATAP), whose inner address
/// nobody checks.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, _, _, e, f, ..] = address.segments();
    let is_given_out = a & 0xe000 == 0x2000;
    let is_protocol = a == 0x2001 && b < 0x0200;
    let is_documentation = (a == 0x2001 && b == 0x0db8) || (a == 0x3fff && b & 0xf000 == 0);
    let is_six_to_four = a == 0x2002;
    let is_isatap = f == 0x5efe && e & 0xfdff == 0;
    is_given_out && !is_protocol && !is_documentation && !is_six_to_four && !is_isatap
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_judged_by_where_its_packets_end() {
        for (address, is_public) in [
            ("93.184.215.14", true),
            ("172.32.0.1", true),
            ("2606:2800:21f::1", true),
            ("::ffff:93.184.215.14", true),
            ("64:ff9b::5db8:d70e", true),
            ("::ffff:10.0.0.1", false),
            ("64:ff9b::a00:1", false),
            ("64:ff9b::7f00:1", false),
            ("64:ff9b::a9fe:a9fe", false),
            ("64:ff9b:1::5db8:d70e", false),
            ("::93.184.215.14", false),
            ("2002:5db8:d70e::1", false),
            ("2001:0:4136:e378:8000:63bf:3fff:fdd2", false),
            ("2606:2800:21f:1:0:5efe:a00:1", false),
            ("2606:2800:21f:1:200:5efe:a00:1", false),
            ("2001:db8::1", false),
            ("3fff:fff::1", false),
            ("fec0::1", false),
            ("100::1", false),
            ("5f00::1", false),
            ("ff0e::1", false),
            ("::", false),
        ] {
            assert_eq!(passes(address.parse().unwrap(), &[], false), is_public, "{address}");
        }
    }

    #[test]
    fn a_range_that_is_opened_is_open_in_its_other_forms_too_and_nothing_beside_it() {
        let opened = ["10.1.0.0/16".parse().unwrap()];
        for (address, is_open) in [
            ("10.1.2.3", true),
            ("::ffff:10.1.2.3", true),
            ("64:ff9b::a01:203", true),
            ("10.2.0.1", false),
            ("93.184.215.14", false),
        ] {
            assert_eq!(passes(address.parse().unwrap(), &opened, true), is_open, "{address}");
        }
        assert!(!is_home_opened(&opened) && is_home_opened(&["127.0.0.0/8".parse().unwrap()]));
    }
}
