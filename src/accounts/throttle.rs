//! How often log-ins may be tried, per address and per account, in memory.
//!
//! Whoever guesses at an account from elsewhere cannot lock its owner out: an address that has logged in to the
//! account before has an allowance of its own there.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use actix_web::HttpRequest;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::error::{Code, Error, Result};

/// Where a caller comes from: an IPv4 address, or the /64 network an IPv6 address belongs to (one subscriber).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Origin(IpAddr);

impl Origin {
    /// The origin of an address.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V6(v6) => Self(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into()),
            v4 @ IpAddr::V4(_) => Self(v4),
        }
    }

    /// Where a request comes from: the connection's peer, or what a trusted proxy in front says.
    #[must_use]
    pub fn of_request(req: &HttpRequest, trust_proxy: bool) -> Self {
        let forwarded = || {
            let header = req.headers().get_all("x-forwarded-for").last()?.to_str().ok()?;
            header.rsplit(',').next()?.trim().parse().ok()
        };
        let peer = || req.peer_addr().map(|peer| peer.ip());
        let address = if trust_proxy { forwarded().or_else(peer) } else { peer() };
        Self::of(address.unwrap_or(Ipv6Addr::UNSPECIFIED.into()))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(v4) => v4.fmt(f),
            IpAddr::V6(v6) => write!(f, "{v6}/64"),
        }
    }
}

type Account = Vec<u8>;

/// Limits attempts to log in.
pub struct Throttle {
    origins: DefaultKeyedRateLimiter<Origin>,
    strangers: DefaultKeyedRateLimiter<Account>,
    familiars: DefaultKeyedRateLimiter<(Account, Origin)>,
    checks: AtomicU32,
}

impl fmt::Debug for Throttle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Throttle(..)")
    }
}

impl Default for Throttle {
    fn default() -> Self {
        Self {
            origins: limiter(30, Duration::from_secs(1)),
            strangers: limiter(10, Duration::from_secs(60)),
            familiars: limiter(10, Duration::from_secs(30)),
            checks: AtomicU32::new(0),
        }
    }
}

/// After how many checks the allowances that are full again are forgotten.
const SWEEP: u32 = 4096;

impl Throttle {
    /// Takes one attempt from the origin's allowance: 30 at once, one more a second.
    ///
    /// # Errors
    /// [`Code::TooMany`].
    pub fn origin(&self, origin: Origin) -> Result<()> {
        if self.checks.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            self.origins.retain_recent();
            self.strangers.retain_recent();
            self.familiars.retain_recent();
        }
        take(&self.origins, &origin)
    }

    /// Takes one attempt from the account's allowance: 10 at once and one a minute for all strangers together;
    /// 10 at once and two a minute for each origin that has logged in before (`familiar`).
    ///
    /// # Errors
    /// [`Code::TooMany`].
    pub fn account(&self, email: &str, origin: Origin, familiar: bool) -> Result<()> {
        let account = super::authenticate::hash(email);
        if familiar { take(&self.familiars, &(account, origin)) } else { take(&self.strangers, &account) }
    }
}

fn limiter<K: std::hash::Hash + Eq + Clone>(burst: u32, every: Duration) -> DefaultKeyedRateLimiter<K> {
    let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
    let quota = Quota::with_period(every).unwrap_or(Quota::per_minute(NonZeroU32::MIN));
    RateLimiter::keyed(quota.allow_burst(burst))
}

fn take<K: std::hash::Hash + Eq + Clone>(limiter: &DefaultKeyedRateLimiter<K>, key: &K) -> Result<()> {
    limiter.check_key(key).map_err(|not_until| {
        let wait = not_until.wait_time_from(DefaultClock::default().now());
        Error {
            retry_after: Some(wait.as_secs() + 1),
            ..Error::because(Code::TooMany, "Too many attempts to log in. Try again later.")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(text: &str) -> Origin {
        Origin::of(text.parse().unwrap())
    }

    #[test]
    fn an_ipv6_subscriber_is_one_origin() {
        assert_eq!(origin("2001:db8:1:2:aaaa::1"), origin("2001:db8:1:2:bbbb::2"));
        assert_ne!(origin("2001:db8:1:2::1"), origin("2001:db8:1:3::1"));
        assert_eq!(origin("::ffff:10.0.0.1").to_string(), "10.0.0.1");
        assert_eq!(origin("2001:db8:1:2::1").to_string(), "2001:db8:1:2::/64");
    }

    #[test]
    fn guessing_from_elsewhere_does_not_lock_the_owner_out() {
        let throttle = Throttle::default();
        let attempts = (0..20).filter(|n| throttle.account("a@b", origin(&format!("10.0.0.{n}")), false).is_ok());
        assert_eq!(attempts.count(), 10);
        let refused = throttle.account("a@b", origin("10.0.1.1"), false).unwrap_err();
        assert!((1..=61).contains(&refused.retry_after.unwrap()));
        assert!(throttle.account("a@b", origin("10.9.9.9"), true).is_ok());
        assert!(throttle.account("c@d", origin("10.0.1.1"), false).is_ok());
    }

    #[test]
    fn an_origin_has_thirty_attempts_at_once() {
        let throttle = Throttle::default();
        assert_eq!((0..40).filter(|_| throttle.origin(origin("10.0.0.1")).is_ok()).count(), 30);
        assert!(throttle.origin(origin("10.0.0.2")).is_ok());
    }
}
