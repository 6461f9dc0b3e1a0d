//! The settings of what the server takes on, and from whom.

use std::sync::Arc;

use clap::Args;

use super::{Unusable, nets, or_default, rate, unusable};
use crate::app::{Bounds, Rates};

/// Bounds on connections and on what one address may do.
#[derive(Args, Clone, Debug)]
#[allow(clippy::doc_markdown, reason = "the comments are the help text of the terminal")]
pub struct BoundsArgs {
    /// Addresses of the proxies in front, as ranges, comma separated, such as 127.0.0.1/32: only their Forwarded and
    /// X-Forwarded-For headers say where a request comes from
    #[arg(long, env = "TRUSTED_PROXIES", default_value = "", value_name = "NETS")]
    trusted_proxies: String,
    /// Connections at once
    #[arg(long, env = "MAX_CONNECTIONS", default_value = "16384", value_name = "COUNT")]
    max_connections: String,
    /// Connections at once from one address (of IPv6: from one /64) that is no trusted proxy
    #[arg(long, env = "MAX_CONNECTIONS_PER_ADDRESS", default_value = "1024", value_name = "COUNT")]
    max_connections_per_address: String,
    /// Pages at once that show something live; another one loads itself anew every two seconds instead
    #[arg(long, env = "MAX_STREAMS", default_value = "2000", value_name = "COUNT")]
    max_streams: String,
    /// Those from one address
    #[arg(long, env = "MAX_STREAMS_PER_ADDRESS", default_value = "200", value_name = "COUNT")]
    max_streams_per_address: String,
    /// Times a minute that one address may open links that do not exist, over all processes
    #[arg(long, env = "ADDRESS_RATE_UNKNOWN_LINKS", default_value = "120", value_name = "TIMES")]
    address_rate_unknown_links: String,
    /// Times a minute that one address may call the API with keys that open nothing, over all processes
    #[arg(long, env = "ADDRESS_RATE_BAD_KEYS", default_value = "120", value_name = "TIMES")]
    address_rate_bad_keys: String,
    /// Forms a minute that one address may send to one process
    #[arg(long, env = "ADDRESS_RATE_FORMS", default_value = "600", value_name = "TIMES")]
    address_rate_forms: String,
    /// Times a minute that one address may come back from Facebook to one process, and tell it things with a wrong signature
    #[arg(long, env = "ADDRESS_RATE_CALLBACKS", default_value = "600", value_name = "TIMES")]
    address_rate_callbacks: String,
}

impl BoundsArgs {
    /// Checks every setting.
    ///
    /// # Errors
    /// The first that is malformed, in words.
    pub fn bounds(&self) -> Result<Bounds, Unusable> {
        let usual = Bounds::default();
        let proxies = nets("TRUSTED_PROXIES", &self.trusted_proxies)?;
        // Whose word counts for everybody's address must not be everybody.
        if proxies.iter().any(|net| net.prefix_len() == 0) {
            return Err(unusable("TRUSTED_PROXIES", "must not hold every address: then anybody could claim any"));
        }
        let rate = |name, text, usual: std::num::NonZeroU32| rate(name, or_default(text, &usual.to_string()));
        Ok(Bounds {
            proxies: Arc::from(proxies),
            connections: count("MAX_CONNECTIONS", &self.max_connections, usual.connections)?,
            connections_per_address: count(
                "MAX_CONNECTIONS_PER_ADDRESS",
                &self.max_connections_per_address,
                usual.connections_per_address,
            )?,
            streams: count("MAX_STREAMS", &self.max_streams, usual.streams)?,
            streams_per_address: count(
                "MAX_STREAMS_PER_ADDRESS",
                &self.max_streams_per_address,
                usual.streams_per_address,
            )?,
            rates: Rates {
                unknown_links: rate(
                    "ADDRESS_RATE_UNKNOWN_LINKS",
                    &self.address_rate_unknown_links,
                    usual.rates.unknown_links,
                )?,
                bad_keys: rate("ADDRESS_RATE_BAD_KEYS", &self.address_rate_bad_keys, usual.rates.bad_keys)?,
                forms: rate("ADDRESS_RATE_FORMS", &self.address_rate_forms, usual.rates.forms)?,
                callbacks: rate("ADDRESS_RATE_CALLBACKS", &self.address_rate_callbacks, usual.rates.callbacks)?,
            },
            ..usual
        })
    }
}

fn count(name: &'static str, text: &str, usual: usize) -> Result<usize, Unusable> {
    let usual = usual.to_string();
    let count = or_default(text, &usual).trim().parse().ok().filter(|count| (1..=1_000_000).contains(count));
    count.ok_or_else(|| unusable(name, "must be a whole number from 1 to 1000000"))
}
