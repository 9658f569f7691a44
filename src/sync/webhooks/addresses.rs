//! Where webhooks may be sent: to public addresses, and to networks that the settings name.
//!
//! Names are looked up by the HTTP client's own resolver below, which hands out admitted addresses alone: the connection is
//! made to exactly what was checked, so that a name which changes its address in between gains nothing.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// The networks that are allowed besides public addresses.
#[derive(Debug, Clone, Default)]
pub struct Allowed(Arc<[IpNet]>);

/// Nothing that a name stands for may be sent to.
#[derive(Debug, thiserror::Error)]
#[error("{0} is not a public address: allow its network with TOUCHLINE_WEBHOOK_NETWORKS if this is meant")]
pub struct Refused(String);

impl Allowed {
    /// Public addresses and these networks.
    #[must_use]
    pub fn new(networks: &[IpNet]) -> Self {
        Self(networks.into())
    }

    /// Whether any private network is allowed.
    #[must_use]
    pub fn any_private(&self) -> bool {
        !self.0.is_empty()
    }

    /// Whether this address may be sent to.
    #[must_use]
    pub fn admits(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        is_public(ip) || self.0.iter().any(|network| network.contains(&ip))
    }

    /// Refuses a URL whose host is an address that may not be sent to: addresses are not looked up.
    ///
    /// # Errors
    /// Why.
    pub fn check(&self, url: &Url) -> Result<(), Refused> {
        let ip = match url.host() {
            Some(Host::Ipv4(ip)) => IpAddr::V4(ip),
            Some(Host::Ipv6(ip)) => IpAddr::V6(ip),
            _ => return Ok(()),
        };
        if self.admits(ip) { Ok(()) } else { Err(Refused(ip.to_string())) }
    }

    fn admitted(&self, name: &str, found: impl Iterator<Item = SocketAddr>) -> Result<Vec<SocketAddr>, Refused> {
        let admitted: Vec<_> = found.filter(|address| self.admits(address.ip())).collect();
        if admitted.is_empty() { Err(Refused(name.to_owned())) } else { Ok(admitted) }
    }
}

impl Resolve for Allowed {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = self.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let admitted = allowed.admitted(name.as_str(), found)?;
            Ok(Box::new(admitted.into_iter()) as Addrs)
        })
    }
}

/// Whether anybody on the internet can be reached at this address.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = matches!(
        (a, b, c),
        // This network, private, loopback, link-local, multicast and reserved.
        (0 | 10 | 127 | 224.., _, _) | (169, 254, _) | (192, 168, _) | (172, 16..=31, _) | (100, 64..=127, _)
        // Protocol assignments, documentation, relays, benchmarks.
        | (192, 0, 0 | 2) | (192, 88, 99) | (198, 18 | 19, _) | (198, 51, 100) | (203, 0, 113)
    );
    !special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [first, second, third, fourth, fifth, sixth, high, low] = ip.segments();
    let [a, b] = high.to_be_bytes();
    let [c, d] = low.to_be_bytes();
    // What a translator at the network's border makes an IPv4 address of.
    if (first, second) == (0x64, 0xff9b) && [third, fourth, fifth, sixth] == [0; 4] {
        return is_public_v4(Ipv4Addr::new(a, b, c, d));
    }
    let global = first & 0xe000 == 0x2000;
    // Teredo, ORCHID and other protocol assignments (2001::/23), documentation, 6to4.
    let special = (first == 0x2001 && (second < 0x200 || second == 0xdb8)) || first == 0x2002 || first == 0x3fff;
    global && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(networks: &str, ip: &str) -> bool {
        let networks: Vec<IpNet> = networks.split_whitespace().map(|each| each.parse().unwrap()).collect();
        Allowed::new(&networks).admits(ip.parse().unwrap())
    }

    #[test]
    fn no_address_that_is_not_public_is_admitted() {
        for ip in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.0.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "100::1",
        ] {
            assert!(!admits("", ip), "{ip}");
        }
    }

    #[test]
    fn public_addresses_are_admitted() {
        for ip in
            ["1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "192.0.1.1", "2606:4700::1111", "64:ff9b::808:808"]
        {
            assert!(admits("", ip), "{ip}");
        }
    }

    #[test]
    fn the_settings_allow_networks_whichever_way_an_address_is_written() {
        assert!(admits("10.0.0.0/8 127.0.0.1/32", "::ffff:10.9.9.9"));
        assert!(admits("fd00::/8", "fd12::1"));
        assert!(!admits("10.0.0.0/8", "192.168.0.1"));
    }

    #[test]
    fn a_name_with_private_addresses_leads_to_its_public_ones_alone() {
        let address = |text: &str| text.parse::<SocketAddr>().unwrap();
        let both = [address("127.0.0.1:0"), address("1.1.1.1:0")];
        let allowed = Allowed::default();
        assert_eq!(allowed.admitted("x", both.into_iter()).unwrap(), [address("1.1.1.1:0")]);
        assert!(allowed.admitted("x", both.into_iter().take(1)).is_err());
    }

    #[test]
    fn an_address_in_a_url_is_recognised_in_every_spelling() {
        for url in
            ["http://127.1/", "http://0x7f.0.0.1/", "http://2130706433/", "http://[::ffff:127.0.0.1]/", "http://0/"]
        {
            assert!(Allowed::default().check(&url.parse().unwrap()).is_err(), "{url}");
        }
        assert!(Allowed::default().check(&"https://example.com/".parse().unwrap()).is_ok());
    }
}
