//! The HTTP client for a service that the operator has named. What platforms name is asked through `guard`.

use std::time::Duration;

use reqwest::{Client, redirect::Policy};
use url::{Host, Url};

use crate::error::{Error, Result};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A client for the service at `base`, whose calls take no longer than `patience` and follow no redirects. A proxy that
/// the environment names (`HTTPS_PROXY`) is used, but not to find a stand-in on this machine.
///
/// # Errors
/// When no HTTP client can be built on this machine.
pub fn client(base: &Url, patience: Duration) -> Result<Client> {
    let builder = Client::builder();
    if is_here(base) { builder.no_proxy() } else { builder }
        .timeout(patience)
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(Policy::none())
        .user_agent(concat!("setuplinks/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|e| Error::Internal(format!("no HTTP client: {e}")))
}

fn is_here(base: &Url) -> bool {
    base.host().is_some_and(|host| match host {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_known_by_its_addresses() {
        for here in ["http://localhost:4010", "http://127.0.0.1", "http://127.1.2.3/base", "http://[::1]:80/"] {
            assert!(is_here(&here.parse().unwrap()), "{here}");
        }
        for elsewhere in ["https://graph.facebook.com", "http://localhost.example", "http://10.0.0.1", "http://[::2]/"]
        {
            assert!(!is_here(&elsewhere.parse().unwrap()), "{elsewhere}");
        }
    }
}
