//! Which addresses are somebody's public ones, so that no caller can reach inside through mujaz.
//!
//! The lists are IANA's special-purpose registries for IPv4 and IPv6. An IPv6 address that carries
//! an IPv4 one (mapped, NAT64, 6to4) is judged by what it carries. Nothing is looked up here.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Where an address lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Anybody's: the public internet.
    Public,
    /// This machine or this network: loopback, RFC 1918, shared (CGNAT) and unique local space.
    Private,
    /// What no article is ever served from: link-local (cloud metadata lives there), multicast,
    /// documentation, benchmarking and reserved space, the unspecified address.
    Never,
}

/// Where `address` lies.
pub(super) fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(address) => v4(address),
        IpAddr::V6(address) => v6(address),
    }
}

fn v4(address: Ipv4Addr) -> Reach {
    match address.octets() {
        [127, ..] | [10, ..] | [192, 168, ..] => Reach::Private,
        [172, 16..=31, ..] | [100, 64..=127, ..] => Reach::Private,
        [0, ..] | [169, 254, ..] | [224..=255, ..] => Reach::Never,
        [192, 0, 0 | 2, _] | [192, 88, 99, _] | [198, 18 | 19, ..] => Reach::Never,
        [198, 51, 100, _] | [203, 0, 113, _] => Reach::Never,
        _ => Reach::Public,
    }
}

fn v6(address: Ipv6Addr) -> Reach {
    if address == Ipv6Addr::LOCALHOST {
        return Reach::Private;
    }
    let [a, b, c, d, e, f, g, h] = address.segments();
    let carried = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        v4(Ipv4Addr::new(a, b, c, d))
    };
    match (a, b) {
        // IPv4-mapped, and NAT64's well-known prefix.
        (0, 0) if [c, d, e, f] == [0, 0, 0, 0xFFFF] => carried(g, h),
        (0x64, 0xFF9B) if [c, d, e, f] == [0; 4] => carried(g, h),
        // 6to4.
        (0x2002, _) => carried(b, c),
        (0xFC00..=0xFDFF, _) => Reach::Private,
        // Protocol assignments (Teredo, ORCHID), documentation.
        (0x2001, 0..=0x01FF | 0x0DB8) | (0x3FFF, 0..=0x0FFF) => Reach::Never,
        (0x2000..=0x3FFF, _) => Reach::Public,
        _ => Reach::Never,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(reach_wanted: Reach, addresses: &[&str]) {
        for address in addresses {
            assert_eq!(reach(address.parse().unwrap()), reach_wanted, "{address}");
        }
    }

    #[test]
    fn what_anybody_can_reach_is_public() {
        all(Reach::Public, &["1.1.1.1", "8.8.8.8", "172.32.0.1", "100.63.0.1", "223.255.255.1"]);
        all(
            Reach::Public,
            &["2606:4700::1111", "2a00:1450::1", "::ffff:1.1.1.1", "64:ff9b::808:808"],
        );
    }

    #[test]
    fn this_machine_and_this_network_are_private() {
        all(Reach::Private, &["127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "172.31.255.1"]);
        all(Reach::Private, &["192.168.1.1", "100.64.0.1", "100.127.255.255", "::1", "fd00::1"]);
        all(
            Reach::Private,
            &["::ffff:127.0.0.1", "::ffff:10.1.2.3", "64:ff9b::7f00:1", "2002:7f00:1::"],
        );
    }

    #[test]
    fn metadata_multicast_and_reserved_space_are_never_asked() {
        all(
            Reach::Never,
            &["169.254.169.254", "0.0.0.0", "255.255.255.255", "224.0.0.1", "240.0.0.1"],
        );
        all(
            Reach::Never,
            &["192.0.0.192", "192.0.2.1", "198.18.0.1", "203.0.113.7", "192.88.99.1"],
        );
        all(Reach::Never, &["fe80::1", "ff02::1", "::", "::127.0.0.1", "2001:db8::1", "2001::1"]);
        all(
            Reach::Never,
            &["::ffff:169.254.169.254", "2002:a9fe:a9fe::", "fec0::1", "64:ff9b:1::1"],
        );
    }
}
