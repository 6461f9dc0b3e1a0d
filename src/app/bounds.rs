//! How much the house takes on at once, how long it waits for anybody, and how often somebody may knock.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use ipnet::IpNet;

/// Every bound. The numbers are for one process; what an attacker could spread over several is counted in the database too.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// Connections at once.
    pub connections: usize,
    /// Connections at once of one address that is no trusted proxy.
    pub connections_per_address: usize,
    /// Pages that follow something live, at once.
    pub streams: usize,
    /// Those of one address.
    pub streams_per_address: usize,
    /// Proxies whose word counts when they say whom a request comes from.
    pub proxies: Arc<[IpNet]>,
    /// How often an address may knock.
    pub rates: Rates,
    /// How long anybody is waited for.
    pub patience: Patience,
}

/// How many times a minute an address may do a thing; as many at once after a minute of rest.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    /// Open links that do not exist.
    pub unknown_links: NonZeroU32,
    /// Call the API with keys that open nothing.
    pub bad_keys: NonZeroU32,
    /// Send forms.
    pub forms: NonZeroU32,
    /// Come back from Facebook, or tell what is not signed by who should have told it.
    pub callbacks: NonZeroU32,
}

/// How long anybody is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For a request's head, from its first byte or from the connection's beginning.
    pub head: Duration,
    /// For a request's body, as a whole.
    pub body: Duration,
    /// For another request on a connection. Longer than the 60 seconds for which nginx keeps one, so that it is not closed
    /// under a request.
    pub idle: Duration,
    /// For somebody to read on who has stopped reading an answer.
    pub stall: Duration,
    /// For the house itself to begin an answer.
    pub answer: Duration,
    /// The same for a page that is only looked at: it is better told to come again than left white.
    pub page: Duration,
    /// For one connection that is never done with a request.
    pub longest: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        const fn a_minute(times: u32) -> NonZeroU32 {
            match NonZeroU32::new(times) {
                Some(times) => times,
                None => NonZeroU32::MIN,
            }
        }
        Self {
            connections: 16_384,
            connections_per_address: 1024,
            streams: 2000,
            streams_per_address: 200,
            proxies: Arc::new([]),
            rates: Rates {
                unknown_links: a_minute(120),
                bad_keys: a_minute(120),
                forms: a_minute(600),
                callbacks: a_minute(600),
            },
            patience: Patience {
                head: Duration::from_secs(15),
                body: Duration::from_secs(20),
                idle: Duration::from_secs(75),
                stall: Duration::from_secs(30),
                answer: Duration::from_secs(30),
                page: Duration::from_secs(5),
                longest: Duration::from_secs(10 * 60),
            },
        }
    }
}
